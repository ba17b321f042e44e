/* SPDX-License-Identifier: Apache-2.0 */
/* What the sub-commands of pnd-eval share: signature, deviations, requirements. */
#include "pnd_test.h"

#include "eval_results.h"

static void a_signature_is_one_line_of_pairs(void **state)
{
    pnd_buffer line = {0};
    (void)state;
    eval_signature_begin(&line, "depth", "eigen80");
    eval_signature_add(&line, "cap", "80");
    eval_signature_add(&line, "odd", "a;b=c%d e\n");
    eval_signature_end(&line, 500, 2, "0123");
    assert_string_equal(pnd_buffer_text(&line),
                        "pnd1;task=depth;protocol=eigen80;cap=80;odd=a%3Bb%3Dc%25d%20e%0A;"
                        "images=500;skip=2;version=" PND_VERSION_STRING ";gt=0123");
    pnd_buffer_clear(&line);
}

/* printf 'aa\nbb\n' | sha256sum, and the other way round. */
static void a_digest_depends_on_the_files_and_their_order(void **state)
{
    eval_sha256 files[2] = {"aa", "bb"}, digest;
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(eval_digest(digest, (const eval_sha256 *)files, 2, &err));
    assert_string_equal(digest, "329d670e59ead1543a2d36865895972560bc434204c5f4a0c8219005dd312719");
    const eval_sha256 swapped[2] = {"bb", "aa"};
    pnd_assert_ok(eval_digest(digest, swapped, 2, &err));
    assert_string_equal(digest, "3f4ae41fc9d1c20a850e9cd9dff309aee5409d24e4bb3a940f33d2998caed617");
}

static void deviations_are_counted_by_code_with_their_first_image(void **state)
{
    eval_deviations all = {0};
    pnd_buffer text = {0};
    (void)state;
    eval_deviate(&all, "alpha-dropped", "RGBA", 0, "nobody");
    eval_deviate(&all, "area", "areas differ", 2, "one");
    eval_deviate(&all, "alpha-dropped", "RGBA", 1, "two");
    eval_deviate(&all, "area", "areas differ", 3, "three");
    eval_deviate(&all, "skipped", "left out", 1, NULL);
    eval_deviations_print(&text, &all);
    assert_string_equal(pnd_buffer_text(&text), "  area x5 (first: one): areas differ\n"
                                                "  alpha-dropped x1 (first: two): RGBA\n"
                                                "  skipped x1: left out\n");
    pnd_buffer_clear(&text);
    eval_deviations_clear(&all);
    assert_null(all.items);
}

static void the_common_keys_come_in_their_order(void **state)
{
    eval_deviations none = {0};
    pnd_buffer text = {0};
    pnd_json_writer writer = {.out = &text};
    (void)state;
    eval_results_begin(&writer, &(eval_head){.task = "panoptic",
                                             .split = "val",
                                             .protocol = "strict",
                                             .signature = "pnd1",
                                             .images = 3,
                                             .deviations = &none});
    pnd_json_end_object(&writer);
    assert_string_equal(
        pnd_buffer_text(&text),
        "{\"schema\": \"panodepth-results/1\", \"tool\": \"pnd-eval " PND_VERSION_STRING
        "\", \"task\": \"panoptic\", \"method\": null, \"split\": \"val\", "
        "\"protocol\": \"strict\", \"signature\": \"pnd1\", \"images\": 3, "
        "\"skipped\": 0, \"deviations\": []}");
    pnd_buffer_clear(&text);
}

static const eval_metric metrics[] = {{"PQ", 60.0}, {"PQ_st", (double)NAN}};

static bool met(const char *text)
{
    pnd_error why = {0};
    pnd_error err = {0};
    pnd_assert_ok(eval_require_parse(text, metrics, 2, &err));
    const bool holds = eval_require_met(text, metrics, 2, &why);
    assert_int_equal(holds, why.status == PND_OK);
    return holds;
}

static void requirements_compare_the_unrounded_score(void **state)
{
    (void)state;
    assert_true(met("PQ>=60"));
    assert_true(met("PQ <= 60.0"));
    assert_true(met("PQ==6e1"));
    assert_true(met("PQ > 59.999999999"));
    assert_false(met("PQ>60"));
    assert_false(met("PQ<60"));
    assert_false(met("PQ>=60.000000001"));
    assert_true(met("PQ>-1"));
}

static void an_undefined_score_meets_nothing(void **state)
{
    (void)state;
    assert_false(met("PQ_st>=0"));
    assert_false(met("PQ_st<=100"));
    assert_false(met("PQ_st==0"));
}

static void what_is_no_requirement_is_refused(void **state)
{
    static const char *const bad[] = {"",        "PQ",     "PQ>=",    ">=60",
                                      "PQ=60",   "PQ=>60", "PQ>=abc", "PQ>=60 ",
                                      "PQ>=nan", "PQ!60",  "60<=PQ",  "PQ>=6,0"};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        pnd_assert_fails(eval_require_parse(bad[i], metrics, 2, &err), PND_EINVAL,
                         "is no requirement");
    pnd_assert_fails(eval_require_parse("RQ>=1", metrics, 2, &err), PND_EINVAL, "one of PQ PQ_st");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_one_line_of_pairs),
        cmocka_unit_test(a_digest_depends_on_the_files_and_their_order),
        cmocka_unit_test(deviations_are_counted_by_code_with_their_first_image),
        cmocka_unit_test(the_common_keys_come_in_their_order),
        cmocka_unit_test(requirements_compare_the_unrounded_score),
        cmocka_unit_test(an_undefined_score_meets_nothing),
        cmocka_unit_test(what_is_no_requirement_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
