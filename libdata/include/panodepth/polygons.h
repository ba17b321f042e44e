/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/polygons.h
 * Cityscapes annotations as polygons, and the images that are drawn from them.
 *
 * {core}_gtFine_polygons.json and {core}_gtCoarse_polygons.json list labelled polygons from back to
 * front. The official tools draw them with Pillow, whose polygon filler has changed several times:
 * the same file gives other pixels along every object edge. So the filler is a choice here. It
 * works in single precision as the original does: an edge from (x0, y0) to (x1, y1), in list order,
 * meets row y at x = (float)(y - y0) * s + (float)x0 with s = (float)(x1 - x0) / (float)(y1 - y0).
 */
#ifndef PANODEPTH_POLYGONS_H
#define PANODEPTH_POLYGONS_H

#include <panodepth/image.h>
#include <panodepth/labels.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Limits of one file. A coordinate may lie outside the image, this far at most. */
enum {
    PND_MAX_POLYGON_COORDINATE = 1000000,
    PND_MAX_POLYGON_POINTS = 1 << 14, /**< of one polygon */
    PND_MAX_POLYGONS_POINTS = 1 << 18 /**< of all */
};

typedef struct pnd_point {
    int32_t x, y;
} pnd_point;

/** One polygon that is not deleted. */
typedef struct pnd_polygon_object {
    const pnd_label *label;  /**< static; of "cargroup" that of "car" */
    bool is_group;           /**< the name was no label, and one without its suffix "group" */
    int32_t instance;        /**< number within its class, in list order; -1: it gets none */
    const pnd_point *points; /**< borrowed from the set */
    size_t n_points;         /**< at least 2 */
} pnd_polygon_object;

typedef struct pnd_polygons {
    int32_t width, height;
    pnd_polygon_object *objects; /**< in list order: later ones cover earlier ones */
    size_t n_objects;
    size_t n_deleted;  /**< objects left out because they are marked as deleted */
    pnd_point *points; /**< of all objects; owned */
} pnd_polygons;

/**
 * Parse a polygons JSON: imgWidth, imgHeight, objects[] with label, polygon [[x, y], ...] and an
 * optional "deleted" (0, 1, true or false). Other keys are ignored. Fractions of coordinates are
 * cut toward zero, as Pillow does.
 * @retval PND_EFORMAT  not such a file, an unknown label, a polygon of fewer than 2 points, a
 *                      coordinate too far out; names the object
 * @retval PND_ELIMIT   image or points beyond the limits, or more than 1000 instances of one class,
 *                      which instanceIds cannot hold
 * @retval PND_ENOMEM   `*out` is zeroed on failure; release with pnd_polygons_clear(). Thread-safe.
 */
PND_API PND_NODISCARD pnd_status pnd_polygons_parse(pnd_polygons *out, const void *bytes,
                                                    size_t size, const char *name, pnd_error *err);
PND_API void pnd_polygons_clear(pnd_polygons *polygons);

/** Whose pixels a polygon covers. */
typedef enum pnd_fill_rule {
    /** PIL 1.1 to Pillow 2.4: rows are sampled at their centre, y + 0.5, so the bottom row of a
     *  shape stays free and horizontal edges draw nothing. The released gtFine looks like this. */
    PND_FILL_CLASSIC,
    /** Pillow 2.9 to 7.0, and 9.0: rows are sampled at y, both ends included. */
    PND_FILL_PILLOW7,
    /** Pillow since 11.2.1: as before, with corners of thin shapes joined and empty runs left out.
     */
    PND_FILL_PILLOW12
} pnd_fill_rule;

enum { PND_N_FILL_RULES = 3 };

/** "classic", "pillow7", "pillow12". Static. */
PND_API const char *pnd_fill_rule_name(pnd_fill_rule rule);

/** Memory of the filler, reused from polygon to polygon. Zero it; one per thread. */
typedef struct pnd_polygon_scratch {
    struct pnd_polygon_edge *edges;
    float *crossings;
    size_t capacity;
} pnd_polygon_scratch;

PND_API void pnd_polygon_scratch_clear(pnd_polygon_scratch *scratch);

/**
 * Set the pixels of one polygon to `value`. The polygon is closed by itself; a last point that
 * repeats the first does no harm. Pixels outside the canvas are dropped.
 * @retval PND_EINVAL fewer than 2 points  @retval PND_ELIMIT more points, or farther out, than the
 * limits  @retval PND_ENOMEM  The canvas is untouched on failure.
 */
PND_API PND_NODISCARD pnd_status pnd_polygon_fill(pnd_plane_u16 *canvas, const pnd_point *points,
                                                  size_t n, uint16_t value, pnd_fill_rule rule,
                                                  pnd_polygon_scratch *scratch, pnd_error *err);

/**
 * The instanceIds image of an annotation, as json2instanceImg draws it: 0 (unlabeled) where nothing
 * is drawn, a class for stuff and groups, class * 1000 + instance for single things. Instances are
 * counted per class in list order, also those that end up covered. Labels with a negative id
 * (license plate) are not drawn. labelIds are pnd_instance_class() of these pixels, and the trainId
 * images follow through pnd_train_id_lut: the official tools' images pixel for pixel.
 * @param instance_ids  resized to the annotation's size
 * @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_polygons_draw(pnd_plane_u16 *instance_ids,
                                                   const pnd_polygons *polygons, pnd_fill_rule rule,
                                                   pnd_polygon_scratch *scratch, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
