/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 lists in the format of sha256sum: "DIGEST  NAME". A name with a backslash or a newline
 * has these as \\ and \n, and its line begins with a backslash.
 */
#include "check.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>

#include <stdlib.h>
#include <string.h>

enum { DIGEST_SIZE = PND_SHA256_TEXT_SIZE - 1 };

typedef char digest[PND_SHA256_TEXT_SIZE];

/* Digests of root/names[i], in parallel. */
typedef struct hash_job {
    const char *root;
    const check_names *names;
    digest *digests; /* "" where the file could not be read */
    bool tolerant;   /* an unreadable file is no failure */
} hash_job;

static pnd_status hash_one(tool_frame *f)
{
    const hash_job *job = f->context;
    char *path = pnd_strdup_printf("%s/%s", job->root, job->names->items[f->index]);
    if (path == NULL)
        return pnd_fail(&f->err, PND_ENOMEM, "out of memory");
    const pnd_status status =
        pnd_sha256_file(job->digests[f->index], path, job->tolerant ? NULL : &f->err);
    free(path);
    return job->tolerant ? PND_OK : status;
}

static int hash_all(tool *t, hash_job *job, int32_t n)
{
    tool_problems problems = {0};
    const tool_frame_job frames = {.n = n, .what = "files", .context = job, .run = hash_one};
    const int code = tool_for_each(t, &frames, &problems);
    tool_problems_clear(&problems);
    return code;
}

/* The manifest itself is not part of what it lists. */
static pnd_status list_files(check_names *out, const char *root, const char *manifest,
                             pnd_error *err)
{
    size_t kept = 0;
    const pnd_status status = check_walk(out, root, err);
    for (size_t i = 0; i < out->n; i++) {
        char *path = pnd_strdup_printf("%s/%s", root, out->items[i]);
        if (path != NULL && tool_path_is_same(path, manifest))
            free(out->items[i]);
        else
            out->items[kept++] = out->items[i];
        free(path);
    }
    out->n = kept;
    if (status == PND_OK && out->n > INT32_MAX)
        return pnd_fail(err, PND_ELIMIT, "%zu files are too many", out->n);
    return status;
}

static void put_line(pnd_buffer *out, const char *sum, const char *name)
{
    if (strpbrk(name, "\\\n\r") != NULL)
        pnd_buffer_puts(out, "\\");
    pnd_buffer_printf(out, "%s  ", sum);
    for (; *name != '\0'; name++) {
        if (*name == '\n' || *name == '\r')
            pnd_buffer_puts(out, *name == '\n' ? "\\n" : "\\r");
        else
            pnd_buffer_printf(out, *name == '\\' ? "\\%c" : "%c", *name);
    }
    pnd_buffer_puts(out, "\n");
}

static int write_manifest(tool *t, const char *path, const hash_job *job)
{
    pnd_buffer text = {0};
    pnd_error err = {0};
    for (size_t i = 0; i < job->names->n; i++)
        put_line(&text, job->digests[i], job->names->items[i]);
    pnd_status status = pnd_buffer_status(&text, &err);
    if (status == PND_OK)
        status = tool_write(t, path, pnd_buffer_text(&text), text.size, &err);
    pnd_buffer_clear(&text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_OUTPUT, &err);
}

int check_manifest_create(tool *t, const check_args *args, const char *root)
{
    check_names names = {0};
    pnd_error err = {0};
    hash_job job = {.root = root, .names = &names};
    pnd_status status = list_files(&names, root, args->manifest_create, &err);
    if (status == PND_OK) {
        job.digests = pnd_calloc_array(names.n, sizeof *job.digests);
        if (job.digests == NULL)
            status = pnd_fail(&err, PND_ENOMEM, "out of memory");
    }
    int code = status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
    if (code == TOOL_EXIT_OK)
        code = hash_all(t, &job, (int32_t)names.n);
    if (code == TOOL_EXIT_OK)
        code = write_manifest(t, args->manifest_create, &job);
    if (code == TOOL_EXIT_OK)
        tool_info(t, "%zu files in %s", names.n, args->manifest_create);
    free(job.digests);
    check_names_clear(&names);
    return code;
}

/* ---- verify */

/* The lines of a manifest; names are made of the text, in place. */
typedef struct manifest {
    pnd_buffer text;
    check_names names; /* borrowed from text */
    digest *digests;
} manifest;

static bool is_digest(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF") >= DIGEST_SIZE;
}

static void unescape(char *name)
{
    char *to = name;
    for (const char *from = name; *from != '\0'; from++) {
        const char next = from[0] == '\\' ? from[1] : '\0';
        if (next == '\\' || next == 'n' || next == 'r') {
            *to++ = next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
            from++;
        } else
            *to++ = *from;
    }
    *to = '\0';
}

/* "DIGEST  NAME" or "DIGEST *NAME"; NULL when it is neither. */
static char *parse_line(char *line, char sum[PND_SHA256_TEXT_SIZE])
{
    const bool escaped = line[0] == '\\';
    char *at = line + escaped;
    if (!is_digest(at) || at[DIGEST_SIZE] != ' ' ||
        (at[DIGEST_SIZE + 1] != ' ' && at[DIGEST_SIZE + 1] != '*'))
        return NULL;
    for (int i = 0; i < DIGEST_SIZE; i++)
        sum[i] = (char)(at[i] >= 'A' && at[i] <= 'F' ? at[i] - 'A' + 'a' : at[i]);
    sum[DIGEST_SIZE] = '\0';
    char *name = at + DIGEST_SIZE + 2;
    if (strncmp(name, "./", 2) == 0)
        name += 2;
    if (escaped)
        unescape(name);
    return pnd_file_check_name(name, NULL) == PND_OK || escaped ? name : NULL;
}

static pnd_status parse_manifest(manifest *m, check_problems *problems, const char *path,
                                 pnd_error *err)
{
    size_t n_lines = 0, number = 0;
    pnd_status status = PND_OK;
    for (size_t i = 0; i < m->text.size; i++)
        n_lines += m->text.data[i] == '\n';
    m->names.items = pnd_alloc_array(n_lines + 1, sizeof *m->names.items);
    m->digests = pnd_calloc_array(n_lines + 1, sizeof *m->digests);
    if (m->names.items == NULL || m->digests == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    char *line = (char *)m->text.data;
    char *const end = line + m->text.size;
    while (line < end && status == PND_OK) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *next = newline != NULL ? newline + 1 : end;
        if (newline != NULL)
            *newline = '\0';
        number++;
        char *name = parse_line(line, m->digests[m->names.n]);
        if (name == NULL && line[0] != '\0')
            status = check_add(problems, CHECK_MANIFEST_LINE, path, err,
                               "line %zu is not \"SHA-256  relative name\"", number);
        else if (name != NULL)
            m->names.items[m->names.n++] = name;
        line = next;
    }
    return status;
}

static int compare_strings(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static pnd_status compare_manifest(check_run *run, const manifest *m, const digest *actual,
                                   pnd_error *err)
{
    pnd_status status = PND_OK;
    check_names sorted = {.n = m->names.n};
    for (size_t i = 0; i < m->names.n && status == PND_OK; i++) {
        const char *name = m->names.items[i];
        if (!check_names_has(&run->names, name))
            status = check_add(&run->problems, CHECK_MANIFEST_MISSING, name, err, "missing");
        else if (actual == NULL || actual[i][0] == '\0')
            status = check_add(&run->problems, CHECK_UNREADABLE, name, err, "cannot be read");
        else if (strcmp(actual[i], m->digests[i]) != 0)
            status =
                check_add(&run->problems, CHECK_MANIFEST_CHANGED, name, err,
                          "SHA-256 %.12s..., the manifest says %.12s...", actual[i], m->digests[i]);
    }
    sorted.items = pnd_alloc_array(m->names.n, sizeof *sorted.items);
    if (sorted.items == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (m->names.n > 0) {
        memcpy(sorted.items, m->names.items, m->names.n * sizeof *sorted.items);
        qsort(sorted.items, sorted.n, sizeof *sorted.items, compare_strings);
    }
    for (size_t i = 0; i < run->names.n && status == PND_OK; i++)
        if (!check_names_has(&sorted, run->names.items[i]))
            status = check_add(&run->problems, CHECK_MANIFEST_EXTRA, run->names.items[i], err,
                               "is not in the manifest");
    free(sorted.items);
    return status;
}

int check_manifest_verify(check_run *run)
{
    manifest m = {0};
    pnd_error err = {0};
    hash_job job = {.root = run->root, .names = &m.names, .tolerant = true};
    const char *const path = run->args->manifest_verify;
    pnd_status status = list_files(&run->names, run->root, path, &err);
    if (status == PND_OK)
        status = pnd_file_read(&m.text, path, PND_MAX_JSON_BYTES, &err);
    if (status == PND_OK)
        status = parse_manifest(&m, &run->problems, path, &err);
    if (status == PND_OK && m.names.n > INT32_MAX)
        status = pnd_fail(&err, PND_ELIMIT, "%zu files are too many", m.names.n);
    if (status == PND_OK) {
        job.digests = pnd_calloc_array(m.names.n, sizeof *job.digests);
        if (job.digests == NULL)
            status = pnd_fail(&err, PND_ENOMEM, "out of memory");
    }
    int code = status == PND_OK ? hash_all(run->tool, &job, (int32_t)m.names.n)
                                : tool_fail(run->tool, TOOL_INPUT, &err);
    if (code == TOOL_EXIT_OK && compare_manifest(run, &m, job.digests, &err) != PND_OK)
        code = tool_fail(run->tool, TOOL_INPUT, &err);
    free(job.digests);
    free(m.digests);
    free(m.names.items);
    pnd_buffer_clear(&m.text);
    return code;
}
