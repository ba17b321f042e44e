/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three polygon fillers that agree with Pillow's, epoch by epoch, to the pixel.
 *
 * All of them walk the rows of the shape, collect where the edges cross the row, sort the crossings
 * and paint between the first and second, third and fourth, and so on. They differ in where a row
 * is sampled, which ends of an edge count, how a crossing is rounded, and what horizontal edges do.
 * The order of the points matters: a crossing is computed from an edge's first point, in floats.
 * The file is compiled without contraction (-ffp-contract=off): a fused multiply-add would move
 * crossings that fall on a pixel's border.
 */
#include <panodepth/alloc.h>
#include <panodepth/polygons.h>

#include <math.h>
#include <stdlib.h>

/* From its first point in list order; top and bottom are its rows, whatever its direction. */
typedef struct pnd_polygon_edge {
    int32_t x0, y0, top, bottom;
    float slope; /* columns per row; 0 for horizontal edges */
} polygon_edge;

typedef struct filler {
    pnd_plane_u16 *canvas;
    uint16_t value;
    pnd_fill_rule rule;
    const polygon_edge *edges;
    size_t n_edges;
    float *crossings; /* room for two per edge */
} filler;

const char *pnd_fill_rule_name(pnd_fill_rule rule)
{
    static const char *const names[PND_N_FILL_RULES] = {"classic", "pillow7", "pillow12"};
    return names[rule];
}

/* ---- edges */

static polygon_edge make_edge(pnd_point a, pnd_point b)
{
    const bool down = a.y <= b.y;
    return (polygon_edge){.x0 = a.x,
                          .y0 = a.y,
                          .top = down ? a.y : b.y,
                          .bottom = down ? b.y : a.y,
                          .slope = a.y == b.y ? 0 : (float)(b.x - a.x) / (float)(b.y - a.y)};
}

static size_t make_edges(polygon_edge *edges, const pnd_point *points, size_t n)
{
    size_t n_edges = 0;
    for (; n_edges + 1 < n; n_edges++)
        edges[n_edges] = make_edge(points[n_edges], points[n_edges + 1]);
    if (points[n - 1].x != points[0].x || points[n - 1].y != points[0].y)
        edges[n_edges++] = make_edge(points[n - 1], points[0]);
    return n_edges;
}

static bool is_horizontal(const polygon_edge *edge)
{
    return edge->top == edge->bottom;
}

static bool spans(const polygon_edge *edge, int32_t y)
{
    return edge->top <= y && y <= edge->bottom;
}

static bool ends_at(const polygon_edge *edge, int32_t y)
{
    return edge->top == y || edge->bottom == y;
}

/* y is a row or half a row: exact, and so is the difference within the limits of coordinates. */
static float crossing_at(const polygon_edge *edge, float y)
{
    return (y - (float)edge->y0) * edge->slope + (float)edge->x0;
}

/* ---- runs */

/* Columns start..end inclusive; nothing when end < start. */
static void paint_run(const filler *f, int32_t y, int32_t start, int32_t end)
{
    if (y < 0 || y >= f->canvas->height)
        return;
    uint16_t *row = pnd_plane_u16_row(f->canvas, y);
    const int32_t first = start > 0 ? start : 0;
    const int32_t last = end < f->canvas->width ? end : f->canvas->width - 1;
    for (int32_t x = first; x <= last; x++)
        row[x] = f->value;
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* To the nearest column; halves away from zero, and toward it. The sum with 0.5 of a positive
 * crossing is a float, as in the original. */
static int32_t round_half_away(float x)
{
    return x >= 0 ? (int32_t)floorf(x + 0.5F) : -(int32_t)floor(fabs((double)x) + 0.5);
}

static int32_t round_half_in(float x)
{
    return x >= 0 ? (int32_t)ceilf(x - 0.5F) : -(int32_t)ceil(fabs((double)x) - 0.5);
}

/* ---- the classic filler */

static size_t cross_centre(const filler *f, int32_t y)
{
    const float centre = (float)y + 0.5F;
    size_t n = 0;
    for (size_t i = 0; i < f->n_edges; i++) {
        const polygon_edge *edge = &f->edges[i];
        if (!is_horizontal(edge) && (float)edge->top <= centre && centre <= (float)edge->bottom)
            f->crossings[n++] = crossing_at(edge, centre);
    }
    return n;
}

static void fill_classic_row(const filler *f, int32_t y)
{
    const size_t n = cross_centre(f, y);
    qsort(f->crossings, n, sizeof *f->crossings, compare_floats);
    for (size_t i = 1; i < n; i += 2)
        paint_run(f, y, (int32_t)ceil((double)f->crossings[i - 1] - 0.5),
                  (int32_t)floor((double)f->crossings[i] + 0.5));
}

/* ---- the later fillers */

/*
 * Where two edges meet at a corner and both leave it steeply to one side, the corner's row would
 * hold one far pixel apart from the next row's run: move the crossing beside that run. `x` is the
 * crossing of edge `index` with row y, one of its ends.
 */
static float join_corner(const filler *f, size_t index, int32_t y, float x)
{
    const polygon_edge *edge = &f->edges[index];
    const int32_t beside = y == edge->bottom ? y - 1 : y + 1;
    for (size_t i = 0; i < index; i++) {
        const polygon_edge *other = &f->edges[i];
        if (other->slope == 0 || !ends_at(other, y) || !spans(other, beside) ||
            roundf(crossing_at(other, (float)y)) != roundf(x))
            continue;
        const float a = crossing_at(edge, (float)beside), b = crossing_at(other, (float)beside);
        if (x > a + 1 && x > b + 1)
            return roundf(fmaxf(a, b)) + 1;
        if (x < a - 1 && x < b - 1)
            return roundf(fminf(a, b)) - 1;
        return x;
    }
    return x;
}

/* A lower end counts twice except on the last row, so that chains of edges cross once. */
static size_t cross_row(const filler *f, int32_t y, int32_t last)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_edges; i++) {
        const polygon_edge *edge = &f->edges[i];
        if (is_horizontal(edge) || !spans(edge, y))
            continue;
        const float x = crossing_at(edge, (float)y);
        f->crossings[n++] = x;
        if (y == edge->bottom && y < last)
            f->crossings[n++] = x;
        else if (f->rule == PND_FILL_PILLOW12 && ends_at(edge, y) && edge->slope != 0)
            f->crossings[n - 1] = join_corner(f, i, y, x);
    }
    return n;
}

static void fill_row(const filler *f, int32_t y, int32_t last)
{
    const size_t n = cross_row(f, y, last);
    qsort(f->crossings, n, sizeof *f->crossings, compare_floats);
    for (size_t i = 1; i < n; i += 2) {
        const int32_t start = round_half_away(f->crossings[i - 1]);
        const int32_t end = round_half_in(f->crossings[i]);
        if (end < start && f->rule == PND_FILL_PILLOW7) /* the original swaps the ends */
            paint_run(f, y, end, start);
        else
            paint_run(f, y, start, end);
    }
}

/* `points` begins each horizontal edge: it ends at the next point. */
static void paint_horizontal_edges(const filler *f, const pnd_point *points, size_t n)
{
    for (size_t i = 0; i < f->n_edges; i++) {
        const pnd_point a = points[i], b = points[i + 1 < n ? i + 1 : 0];
        if (a.y == b.y)
            paint_run(f, a.y, a.x < b.x ? a.x : b.x, a.x < b.x ? b.x : a.x);
    }
}

/* ---- rows */

/* From the topmost point to the lowest. */
typedef struct row_range {
    int32_t first, last;
} row_range;

static row_range find_rows(const filler *f)
{
    row_range rows = {INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < f->n_edges; i++) {
        const polygon_edge *edge = &f->edges[i];
        rows.first = edge->top < rows.first ? edge->top : rows.first;
        rows.last = edge->bottom > rows.last ? edge->bottom : rows.last;
    }
    return rows;
}

static void fill(const filler *f, const pnd_point *points, size_t n)
{
    const int32_t height = f->canvas->height;
    row_range rows = find_rows(f);
    rows.first = rows.first > 0 ? rows.first : 0;
    if (f->rule == PND_FILL_CLASSIC) {
        rows.last = rows.last < height - 1 ? rows.last : height - 1;
        for (int32_t y = rows.first; y <= rows.last; y++)
            fill_classic_row(f, y);
        return;
    }
    /* One row beyond the image, never painted: which row is the last one changes the others. */
    rows.last = rows.last < height ? rows.last : height;
    paint_horizontal_edges(f, points, n);
    for (int32_t y = rows.first; y <= rows.last; y++)
        fill_row(f, y, rows.last);
}

/* ---- interface */

void pnd_polygon_scratch_clear(pnd_polygon_scratch *scratch)
{
    free(scratch->edges);
    free(scratch->crossings);
    *scratch = (pnd_polygon_scratch){0};
}

static pnd_status reserve(pnd_polygon_scratch *scratch, size_t n, pnd_error *err)
{
    if (n <= scratch->capacity)
        return PND_OK;
    pnd_polygon_scratch_clear(scratch);
    const size_t capacity = n > 64 ? n : 64;
    scratch->edges = pnd_alloc_array(capacity, sizeof *scratch->edges);
    scratch->crossings = pnd_alloc_array(capacity, 2 * sizeof *scratch->crossings);
    if (scratch->edges == NULL || scratch->crossings == NULL) {
        pnd_polygon_scratch_clear(scratch);
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    }
    scratch->capacity = capacity;
    return PND_OK;
}

static bool is_far(int32_t coordinate)
{
    return coordinate < -PND_MAX_POLYGON_COORDINATE || coordinate > PND_MAX_POLYGON_COORDINATE;
}

static pnd_status check_points(const pnd_point *points, size_t n, pnd_error *err)
{
    if (n < 2)
        return pnd_fail(err, PND_EINVAL, "a polygon of %zu points, expected 2 or more", n);
    if (n > PND_MAX_POLYGON_POINTS)
        return pnd_fail(err, PND_ELIMIT, "a polygon of %zu points, the limit is %d", n,
                        PND_MAX_POLYGON_POINTS);
    for (size_t i = 0; i < n; i++)
        if (is_far(points[i].x) || is_far(points[i].y))
            return pnd_fail(err, PND_ELIMIT, "a point at %d, %d, the limit is %d", points[i].x,
                            points[i].y, PND_MAX_POLYGON_COORDINATE);
    return PND_OK;
}

pnd_status pnd_polygon_fill(pnd_plane_u16 *canvas, const pnd_point *points, size_t n,
                            uint16_t value, pnd_fill_rule rule, pnd_polygon_scratch *scratch,
                            pnd_error *err)
{
    pnd_status status = check_points(points, n, err);
    if (status == PND_OK)
        status = reserve(scratch, n, err);
    if (status != PND_OK)
        return status;
    const filler f = {.canvas = canvas,
                      .value = value,
                      .rule = rule,
                      .edges = scratch->edges,
                      .n_edges = make_edges(scratch->edges, points, n),
                      .crossings = scratch->crossings};
    fill(&f, points, n);
    return PND_OK;
}
