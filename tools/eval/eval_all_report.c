/* SPDX-License-Identifier: Apache-2.0 */
/* The results of pnd-eval all: a file per task, and all tables or all results on standard output.
 */
#include "eval_all.h"

static void print_tasks(pnd_buffer *out, const all_plan *p)
{
    for (int i = 0; i < ALL_N_TASKS; i++)
        pnd_buffer_printf(
            out, "%-9s %-11s %s\n", p->items[i].part.task->name,
            p->items[i].is_scored ? "scored:" : "not scored:", pnd_buffer_text(&p->items[i].text));
}

static void print(pnd_buffer *out, const all_plan *p)
{
    print_tasks(out, p);
    for (int i = 0; i < ALL_N_TASKS; i++) {
        const eval_part *const part = &p->items[i].part;
        if (!p->items[i].is_scored)
            continue;
        pnd_buffer_printf(out, "\n== %s\n", part->task->name);
        part->task->print(out, part->state);
    }
}

static void write_task(pnd_json_writer *w, const all_item *item)
{
    pnd_json_begin_object(w);
    pnd_json_key(w, "task");
    pnd_json_string(w, item->part.task->name);
    pnd_json_key(w, "scored");
    pnd_json_bool(w, item->is_scored);
    pnd_json_key(w, item->is_scored ? "what" : "why");
    pnd_json_string(w, pnd_buffer_text(&item->text));
    pnd_json_end_object(w);
}

/* --json: what is scored, then the results files as they are. */
static void write_json(pnd_buffer *out, const all_plan *p, const pnd_buffer results[ALL_N_TASKS])
{
    pnd_json_writer w = {.out = out, .indent = 4};
    pnd_json_begin_object(&w);
    pnd_json_key(&w, "schema");
    pnd_json_string(&w, "panodepth-results-all/1");
    pnd_json_key(&w, "tool");
    pnd_json_string(&w, "pnd-eval " PND_VERSION_STRING);
    pnd_json_key(&w, "tasks");
    pnd_json_begin_array(&w);
    for (int i = 0; i < ALL_N_TASKS; i++)
        write_task(&w, &p->items[i]);
    pnd_json_end_array(&w);
    pnd_json_key(&w, "results");
    pnd_json_begin_array(&w);
    for (int i = 0; i < ALL_N_TASKS; i++)
        if (p->items[i].is_scored)
            pnd_json_number_text(&w, pnd_buffer_text(&results[i])); /* copied as it is */
    pnd_json_end_array(&w);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* Nothing is written before all of it is there. */
static pnd_status write_files(const tool *t, const all_plan *p,
                              const pnd_buffer results[ALL_N_TASKS], pnd_error *err)
{
    pnd_status status = PND_OK;
    for (int i = 0; i < ALL_N_TASKS && status == PND_OK; i++)
        status = pnd_buffer_status(&results[i], err);
    for (int i = 0; i < ALL_N_TASKS && status == PND_OK; i++)
        if (p->items[i].file != NULL)
            status = tool_write(t, p->items[i].file, results[i].data, results[i].size, err);
    return status;
}

static pnd_status deliver(const tool *t, const all_plan *p, const pnd_buffer results[ALL_N_TASKS],
                          pnd_buffer *shown, pnd_error *err)
{
    if (t->common.json)
        write_json(shown, p, results);
    else
        print(shown, p);
    pnd_status status = pnd_buffer_status(shown, err);
    if (status == PND_OK)
        status = write_files(t, p, results, err);
    return status == PND_OK ? tool_write(t, "-", shown->data, shown->size, err) : status;
}

int all_report(tool *t, const all_plan *p)
{
    pnd_buffer results[ALL_N_TASKS] = {0}, shown = {0};
    pnd_error err = {0};
    for (int i = 0; i < ALL_N_TASKS; i++)
        if (p->items[i].is_scored && (t->common.json || p->items[i].file != NULL))
            p->items[i].part.task->write_json(&results[i], p->items[i].part.state);
    const pnd_status status = deliver(t, p, results, &shown, &err);
    for (int i = 0; i < ALL_N_TASKS; i++)
        pnd_buffer_clear(&results[i]);
    pnd_buffer_clear(&shown);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_OUTPUT, &err);
}
