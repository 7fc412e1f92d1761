/* Warnings about labels. */
#include "tests/src/check/facts.h"

static const char model[] = "- dense: 3\n";

static void a_class_without_samples_is_found(void **state)
{
    (void)state;
    const uint64_t some[] = {500, 0, 500}, all[] = {500, 1, 499};
    assert_string_equal(find_in(job_with(model), &(struct facts){.counts = some}),
                        "classes: job.yaml:1: class 1 has no sample to train on; give the model no "
                        "output for it, or add samples of it\n");
    assert_string_equal(find_in(job_with(model), &(struct facts){.counts = all}), "");
}

static void a_label_that_never_changes_is_found(void **state)
{
    (void)state;
    const char job[] = "data: {train: t.h5}\nbatch: 100\nepochs: 1\nloss: bce\n"
                       "optimizer: {sgd: {lr: 0.1}}\nmodel: [dense: 3]\n";
    float least[] = {0, 1, 0}, most[] = {1, 1, 1};
    assert_string_equal(find_in(job, &(struct facts){.y = {3, least, most}}),
                        "labels: job.yaml:1: label 1 is 1 in every sample; leave it out, or add "
                        "samples where it is another\n");
    least[1] = 0;
    assert_string_equal(find_in(job, &(struct facts){.y = {3, least, most}}), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_without_samples_is_found),
        cmocka_unit_test(a_label_that_never_changes_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
