#include "tests/bench.h"

#include <math.h>
#include <string.h>

#include "src/sampler/fair.h"
#include "src/sampler/shares.h"

enum { K = 4 };

static const uint64_t counts[K] = {1000, 10, 0, 250};
static const char *const names[K] = {"normal", "rare", "none", "2"};

static struct ls_arena arena;

static int up(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int down(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

static ls_status shares(const char *text, size_t n_names, uint64_t *weights)
{
    struct ls_balance_spec spec;
    const struct ls_class_facts facts = {K, counts, n_names, names};
    LS_TRY(ls_balance_parse(&spec, bench_yaml(text, &arena), &arena));
    return ls_shares(&spec, &facts, weights, &arena);
}

static void expect(const char *text, const double *share)
{
    uint64_t weights[K], sum = 0;
    if (shares(text, K, weights) != LS_OK)
        fail_msg("%s", ls_message());
    for (size_t c = 0; c < K; c++)
        sum += weights[c];
    assert_true(sum <= LS_FAIR_MAX_SUM);
    for (size_t c = 0; c < K; c++) {
        assert_true(fabs((double)weights[c] / (double)sum - share[c]) < 1e-10);
        assert_true((weights[c] > 0) == (counts[c] > 0));
    }
}

static void expect_exactly(const char *text, size_t n_names, const uint64_t *wanted)
{
    uint64_t weights[K];
    if (shares(text, n_names, weights) != LS_OK)
        fail_msg("%s", ls_message());
    for (size_t c = 0; c < K; c++) /* a : b = c : d */
        assert_int_equal(weights[c] * wanted[0], wanted[c] * weights[0]);
}

static void refuse(const char *text, const char *message)
{
    uint64_t weights[K];
    assert_int_equal(shares(text, K, weights), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static void equal_shares_are_of_the_classes_that_have_samples(void **state)
{
    (void)state;
    expect_exactly("equal", 0, (const uint64_t[]){1, 1, 0, 1});
}

static void sqrt_goes_by_the_root_of_the_samples(void **state)
{
    (void)state;
    const double sum = sqrt(1000) + sqrt(10) + sqrt(250);
    expect("sqrt", (const double[]){sqrt(1000) / sum, sqrt(10) / sum, 0, sqrt(250) / sum});
}

static void a_ratio_of_all_classes_is_exact(void **state)
{
    (void)state;
    expect_exactly("{ratio: {0: 5, 1: 2, 3: 3}}", 0, (const uint64_t[]){5, 2, 0, 3});
    expect("{ratio: {0: 0.5, 1: 0.2, 3: 0.3}}", (const double[]){0.5, 0.2, 0, 0.3});
}

/* Of 1260 samples 10 are of class 1, and 1250 of the classes that are named. */
static void a_class_that_is_not_named_keeps_its_natural_share(void **state)
{
    (void)state;
    expect_exactly("{ratio: {0: 3, 3: 1}}", 0, (const uint64_t[]){3750, 40, 0, 1250});
    expect("{ratio: {0: 1.5, 3: 0.5}}",
           (const double[]){3750.0 / 5040, 40.0 / 5040, 0, 1250.0 / 5040});
}

static void classes_go_by_name_before_number(void **state)
{
    (void)state;
    expect_exactly("{ratio: {normal: 3, rare: 1, 2: 2}}", K, (const uint64_t[]){3, 1, 0, 2});
    expect_exactly("{ratio: {0: 3, 1: 1, 3: 2}}", K, (const uint64_t[]){3, 1, 0, 2});
}

static void effective_goes_from_natural_to_equal_shares(void **state)
{
    (void)state;
    expect("{effective: 0}", (const double[]){1000.0 / 1260, 10.0 / 1260, 0, 250.0 / 1260});
    expect("{effective: 1}", (const double[]){1.0 / 3, 1.0 / 3, 0, 1.0 / 3});
    const double beta = 0.99;
    double share[K] = {0}, sum = 0;
    for (int c = 0; c < K; c++) {
        share[c] = (double)counts[c] * (1 - beta) / (1 - pow(beta, (double)counts[c]));
        share[c] = counts[c] ? share[c] : 0;
        sum += share[c];
    }
    for (int c = 0; c < K; c++)
        share[c] /= sum;
    expect("{effective: 0.99}", share);
}

static void what_makes_no_sense_is_refused_at_its_place(void **state)
{
    (void)state;
    refuse("eqaul", "job.yaml:1:1: sampler: balance takes none, equal, sqrt, {ratio: {CLASS: "
                    "PARTS}} or {effective: BETA}, got \"eqaul\" (did you mean \"equal\"?)");
    refuse("{equal: 3}", "job.yaml:1:9: sampler: balance: equal takes no arguments");
    refuse("ratio", "job.yaml:1:1: sampler: ratio takes the parts of two classes or more, as in "
                    "{0: 3, 1: 1}");
    refuse("{ratio: {0: 3}}", "job.yaml:1:9: sampler: ratio takes the parts of two classes or "
                              "more, as in {0: 3, 1: 1}");
    refuse("{ratio: {0: 3, 1: 0}}", "job.yaml:1:19: sampler: ratio: the parts of class 1 must be a "
                                    "number above 0, up to 1e9, got \"0\"");
    refuse("{ratio: {0: 3, 1: x}}", "job.yaml:1:19: sampler: ratio: the parts of class 1 must be a "
                                    "number above 0, up to 1e9, got \"x\"");
    refuse("{ratio: {0: 3, 1: [1]}}", "job.yaml:1:19: sampler: ratio: the parts of class 1 must be "
                                      "a number above 0, up to 1e9");
    refuse("{ratio: {normal: 3, rar: 1}}",
           "job.yaml:1:21: sampler: ratio: there is no class rar (did you mean \"rare\"?); there "
           "are normal, rare, none, 2");
    refuse("{ratio: {0: 3, none: 1}}",
           "job.yaml:1:16: sampler: ratio: class none has no sample to train on");
    refuse("{ratio: {0: 3, normal: 1}}", "job.yaml:1:16: sampler: ratio names class normal twice");
    refuse("{effective: 1.5}",
           "job.yaml:1:13: effective: beta takes a number from 0 to 1, got \"1.5\"");
    refuse("effective", "job.yaml:1:1: sampler: effective takes BETA, as in {effective: 0.999}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_shares_are_of_the_classes_that_have_samples),
        cmocka_unit_test(sqrt_goes_by_the_root_of_the_samples),
        cmocka_unit_test(a_ratio_of_all_classes_is_exact),
        cmocka_unit_test(a_class_that_is_not_named_keeps_its_natural_share),
        cmocka_unit_test(classes_go_by_name_before_number),
        cmocka_unit_test(effective_goes_from_natural_to_equal_shares),
        cmocka_unit_test(what_makes_no_sense_is_refused_at_its_place),
    };
    return cmocka_run_group_tests(tests, up, down);
}
