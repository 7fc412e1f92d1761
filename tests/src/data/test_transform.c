#include "tests/bench.h"

#include <math.h>
#include <string.h>

#include "src/data/transform.h"

enum { C = 3, H = 6, W = 5, LEN = C * H * W };

static const float mean[C] = {0.5f, -1, 2}, deviation[C] = {2, 0.25f, 3};

static void fill(float *in)
{
    for (size_t i = 0; i < LEN; i++)
        in[i] = (float)memory_random(i);
}

static void without_anything_it_is_the_transposition_to_channels_last(void **state)
{
    (void)state;
    const struct ls_transform t = {.shape = {3, C, H, W}};
    float in[LEN];
    real out[LEN];
    fill(in);
    ls_transform(&t, true, 0, 0, in, out);
    for (size_t c = 0; c < C; c++)
        for (size_t i = 0; i < H * W; i++)
            assert_true((float)out[i * C + c] == in[c * H * W + i]);
}

static void each_channel_is_normalised_by_its_own_figures(void **state)
{
    (void)state;
    const struct ls_transform image = {.shape = {3, C, H, W}, .mean = mean, .std = deviation};
    const struct ls_transform features = {.shape = {1, C, 1, 1}, .mean = mean, .std = deviation};
    float in[LEN];
    real out[LEN];
    fill(in);
    ls_transform(&image, true, 0, 0, in, out);
    for (size_t c = 0; c < C; c++)
        for (size_t i = 0; i < H * W; i++)
            assert_true((float)out[i * C + c] == (in[c * H * W + i] - mean[c]) / deviation[c]);
    ls_transform(&features, true, 0, 0, in, out);
    for (size_t c = 0; c < C; c++)
        assert_true((float)out[c] == (in[c] - mean[c]) / deviation[c]);
}

static void a_sample_normalised_by_itself_has_mean_0_and_deviation_1(void **state)
{
    (void)state;
    const struct ls_transform t = {.shape = {3, C, H, W}, .own = true};
    float in[LEN];
    real out[LEN];
    fill(in);
    for (size_t i = 0; i < H * W; i++) {
        in[H * W + i] = 1e4f + 30 * in[H * W + i];
        in[2 * H * W + i] = -7.25f;
    }
    ls_transform(&t, true, 0, 0, in, out);
    for (size_t c = 0; c < C; c++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < H * W; i++) {
            sum += (double)out[i * C + c];
            squares += (double)out[i * C + c] * (double)out[i * C + c];
        }
        assert_true(fabs(sum / (H * W)) < 1e-4);
        assert_true(fabs(squares / (H * W) - (c < 2)) < 1e-4);
    }
}

static void cropping_pads_with_the_mean_of_a_sample_normalised_by_itself(void **state)
{
    (void)state;
    const struct ls_transform t = {
        .shape = {2, 1, 1, 4}, .augment = {.crop_pad = 4}, .own = true, .seed = 1};
    const float in[4] = {99, 101, 99, 101};
    int outside = 0;
    for (uint64_t sample = 0; sample < 200; sample++) {
        real out[4];
        ls_transform(&t, true, 0, sample, in, out);
        for (int i = 0; i < 4; i++) {
            assert_true(out[i] == 0 || out[i] == 1 || out[i] == -1);
            outside += out[i] == 0;
        }
    }
    assert_in_range(outside, 300, 600); /* 4 of 9 windows' places on average, 356 */
}

/* Pixel (h, w) of an image that is moved by (down, right) and then mirrored. */
static float direct(struct ls_shape s, const float *in, size_t c, long h, long w, long down,
                    long right, bool flip)
{
    h -= down;
    w = (flip ? (long)s.w - 1 - w : w) - right;
    if (h < 0 || h >= (long)s.h || w < 0 || w >= (long)s.w)
        return 0;
    return in[(c * s.h + (size_t)h) * s.w + (size_t)w];
}

static bool equals(struct ls_shape s, const float *in, const real *out, long down, long right,
                   bool flip)
{
    for (size_t c = 0; c < s.c; c++)
        for (size_t h = 0; h < s.h; h++)
            for (size_t w = 0; w < s.w; w++) {
                const float x = direct(s, in, c, (long)h, (long)w, down, right, flip);
                if ((float)out[(h * s.w + w) * s.c + c] != (x - mean[c]) / deviation[c])
                    return false;
            }
    return true;
}

/* Looks up which of the allowed changes each sample got, and counts them. */
static void every_change_comes_and_no_other(struct ls_augment augment, struct ls_shape shape)
{
    const struct ls_transform t = {
        .shape = shape, .augment = augment, .mean = mean, .std = deviation, .seed = 3};
    const long pad = (long)augment.crop_pad, pad_h = shape.axes == 3 ? pad : 0;
    int seen[2][5][5] = {{{0}}}, kinds = 0;
    float in[LEN];
    real out[LEN];
    fill(in);
    for (uint64_t sample = 0; sample < 2000; sample++) {
        ls_transform(&t, true, 1, sample, in, out);
        int matches = 0;
        for (int flip = 0; flip <= augment.flip; flip++)
            for (long down = -pad_h; down <= pad_h; down++)
                for (long right = -pad; right <= pad; right++)
                    if (equals(shape, in, out, down, right, flip)) {
                        kinds += seen[flip][down + 2][right + 2]++ == 0;
                        matches++;
                    }
        assert_int_equal(matches, 1);
    }
    assert_int_equal(kinds, (1 + augment.flip) * (2 * pad + 1) * (2 * pad_h + 1));
}

static void flip_and_crop_are_those_of_a_direct_loop(void **state)
{
    (void)state;
    const struct ls_shape image = {3, C, H, W}, signal = {2, C, 1, W};
    every_change_comes_and_no_other((struct ls_augment){true, 0}, image);
    every_change_comes_and_no_other((struct ls_augment){false, 2}, image);
    every_change_comes_and_no_other((struct ls_augment){true, 2}, image);
    every_change_comes_and_no_other((struct ls_augment){true, 1}, signal);
}

static void half_of_the_samples_are_flipped(void **state)
{
    (void)state;
    const struct ls_transform t = {.shape = {2, 1, 1, 2}, .augment = {.flip = true}, .seed = 1};
    const float in[2] = {0, 1};
    int flipped = 0;
    for (uint64_t sample = 0; sample < 10000; sample++) {
        real out[2];
        ls_transform(&t, true, 0, sample, in, out);
        flipped += out[0] > 0;
    }
    assert_in_range(flipped, 4800, 5200);
}

static void draws_are_keyed_by_seed_epoch_and_sample_alone(void **state)
{
    (void)state;
    struct ls_transform t = {
        .shape = {3, C, H, W}, .augment = {true, 2}, .mean = mean, .std = deviation, .seed = 3};
    float in[LEN];
    real first[LEN], out[LEN];
    int by_epoch = 0, by_seed = 0;
    fill(in);
    for (uint64_t sample = 0; sample < 100; sample++) {
        t.seed = 3;
        ls_transform(&t, true, 5, sample, in, first);
        ls_transform(&t, true, 5, 99 - sample, in, out);
        ls_transform(&t, true, 5, sample, in, out);
        assert_memory_equal(first, out, sizeof out);
        ls_transform(&t, true, 6, sample, in, out);
        by_epoch += memcmp(first, out, sizeof out) != 0;
        t.seed = 4;
        ls_transform(&t, true, 5, sample, in, out);
        by_seed += memcmp(first, out, sizeof out) != 0;
    }
    assert_true(by_epoch > 80 && by_seed > 80);
}

static void evaluation_augments_nothing(void **state)
{
    (void)state;
    const struct ls_transform t = {
        .shape = {3, C, H, W}, .augment = {true, 2}, .mean = mean, .std = deviation, .seed = 3};
    float in[LEN];
    real out[LEN];
    fill(in);
    for (uint64_t sample = 0; sample < 20; sample++) {
        ls_transform(&t, false, 5, sample, in, out);
        assert_true(equals(t.shape, in, out, 0, 0, false));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_anything_it_is_the_transposition_to_channels_last),
        cmocka_unit_test(each_channel_is_normalised_by_its_own_figures),
        cmocka_unit_test(a_sample_normalised_by_itself_has_mean_0_and_deviation_1),
        cmocka_unit_test(cropping_pads_with_the_mean_of_a_sample_normalised_by_itself),
        cmocka_unit_test(flip_and_crop_are_those_of_a_direct_loop),
        cmocka_unit_test(half_of_the_samples_are_flipped),
        cmocka_unit_test(draws_are_keyed_by_seed_epoch_and_sample_alone),
        cmocka_unit_test(evaluation_augments_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
