/* Warnings about inputs. */
#include "tests/src/check/facts.h"

static const char rest[] = "batch: 100\nepochs: 1\nloss: cross_entropy\n"
                           "optimizer: {sgd: {lr: 0.1}}\nmodel: [dense: 3]\n";

/* What is found of 4 features between these values, with `data` beside train. */
static const char *find(const char *data, const float *least, const float *most)
{
    char text[512];
    float low[4], high[4];
    memcpy(low, least, sizeof low);
    memcpy(high, most, sizeof high);
    (void)snprintf(text, sizeof text, "data: {train: t.h5%s}\n%s", data, rest);
    return find_in(text, &(struct facts){.x = {4, low, high}});
}

static void constant_features_are_found(void **state)
{
    (void)state;
    const float least[] = {0, 7, -1, 2}, most[] = {1, 7, 1, 2};
    const float one[] = {0, 7, -1, 1};
    assert_string_equal(
        find("", one, most),
        "constant: job.yaml:1: feature 1 is 7 in every sample; leave out what tells "
        "nothing, or look why it is so\n");
    assert_string_equal(find("", least, most),
                        "constant: job.yaml:1: 2 of 4 features are the same in every sample, the "
                        "first of them feature 1, which is 7; leave out what tells nothing, or "
                        "look why it is so\n");
}

static void features_of_wildly_different_scale_are_found(void **state)
{
    (void)state;
    const float least[] = {18, 0, 0, -1}, most[] = {90, 100000, 1, 1};
    assert_string_equal(
        find("", least, most),
        "scale: job.yaml:1: feature 1 covers a range of 100000 and feature 2 one of "
        "1, so that the one drowns the other; add data.normalize: channel\n");
    assert_string_equal(find(", normalize: channel", least, most), "");
    assert_string_equal(
        find(", normalize: {mean: [50, 50000, 0.5, 0], std: [20, 30000, 1, 1]}", least, most), "");
}

static void a_feature_far_from_zero_is_found(void **state)
{
    (void)state;
    const float least[] = {0, 2000, 0, 0}, most[] = {1, 2020, 1, 1};
    assert_non_null(strstr(find("", least, most), "scale: job.yaml:1: feature 1 lies between 2000 "
                                                  "and 2020, far from 0; add"));
    assert_string_equal(
        find(", normalize: {mean: [0, 2010, 0, 0], std: [1, 1, 1, 1]}", least, most), "");
}

static void bytes_raise_nothing(void **state)
{
    (void)state;
    const float least[] = {0, 0, 0, 0}, most[] = {255, 255, 3, 200};
    assert_string_equal(find("", least, most), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_features_are_found),
        cmocka_unit_test(features_of_wildly_different_scale_are_found),
        cmocka_unit_test(a_feature_far_from_zero_is_found),
        cmocka_unit_test(bytes_raise_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
