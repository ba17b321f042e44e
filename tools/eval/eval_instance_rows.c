/* SPDX-License-Identifier: Apache-2.0 */
/* How an image was matched: enough to judge it again at any threshold. */
#include "eval_instance.h"

static void write_truth(pnd_json_writer *w, const pnd_instance_truth *truth, bool with_distance)
{
    pnd_json_begin_array(w);
    pnd_json_int(w, truth->id);
    pnd_json_int(w, truth->area);
    if (with_distance) {
        pnd_json_double(w, truth->distance_m); /* null: none, or infinite */
        pnd_json_double(w, truth->density);
    }
    pnd_json_end_array(w);
}

static void write_guess(pnd_json_writer *w, const pnd_instance_guess *guess)
{
    pnd_json_begin_array(w);
    pnd_json_int(w, guess->class_id);
    pnd_json_double(w, guess->confidence);
    pnd_json_int(w, guess->area);
    pnd_json_int(w, guess->void_area);
    pnd_json_end_array(w);
}

static void write_overlap(pnd_json_writer *w, const pnd_instance_overlap *overlap)
{
    pnd_json_begin_array(w);
    pnd_json_int(w, overlap->guess);
    pnd_json_int(w, overlap->truth);
    pnd_json_int(w, overlap->pixels);
    pnd_json_end_array(w);
}

void instance_write_record(pnd_json_writer *w, const pnd_instance_image *image, bool with_distance)
{
    int indent = eval_list_begin(w, "truths");
    for (size_t i = 0; i < image->n_truths; i++)
        write_truth(w, &image->truths[i], with_distance);
    eval_list_end(w, indent);
    indent = eval_list_begin(w, "guesses");
    for (size_t i = 0; i < image->n_guesses; i++)
        write_guess(w, &image->guesses[i]);
    eval_list_end(w, indent);
    indent = eval_list_begin(w, "overlaps");
    for (size_t i = 0; i < image->n_overlaps; i++)
        write_overlap(w, &image->overlaps[i]);
    eval_list_end(w, indent);
}
