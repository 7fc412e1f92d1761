#include "src/base/philox.h"

#include <stdbool.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Known answers from Random123's kat_vectors. The counter's low words are `index`, its high ones
 * `stream`. */
static void check(const uint32_t counter[4], const uint32_t key[2], const uint32_t expected[4])
{
    const struct ls_draw draw =
        ls_philox((uint64_t)key[1] << 32 | key[0], (uint64_t)counter[3] << 32 | counter[2],
                  (uint64_t)counter[1] << 32 | counter[0]);
    assert_memory_equal(draw.word, expected, sizeof draw.word);
}

static void philox_of_zeros_is_the_known_answer(void **state)
{
    (void)state;
    check((uint32_t[]){0, 0, 0, 0}, (uint32_t[]){0, 0},
          (uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

static void philox_of_ones_is_the_known_answer(void **state)
{
    (void)state;
    check((uint32_t[]){~0U, ~0U, ~0U, ~0U}, (uint32_t[]){~0U, ~0U},
          (uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
}

static void philox_of_the_digits_of_pi_is_the_known_answer(void **state)
{
    (void)state;
    check((uint32_t[]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
          (uint32_t[]){0xa4093822, 0x299f31d0},
          (uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

static void streams_of_different_purpose_number_or_time_differ(void **state)
{
    (void)state;
    const uint64_t streams[] = {
        ls_stream(LS_DRAW_INIT, 0, 0),    ls_stream(LS_DRAW_DROPOUT, 0, 0),
        ls_stream(LS_DRAW_INIT, 1, 0),    ls_stream(LS_DRAW_INIT, 0, 1),
        ls_stream(LS_DRAW_DROPOUT, 1, 1), ls_stream(LS_DRAW_INIT, 0xffffff, 0xffffffff),
    };
    const size_t n = sizeof streams / sizeof *streams;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(streams[i], streams[j]);
}

static void uniform_lies_in_0_to_below_1(void **state)
{
    (void)state;
    assert_true(ls_uniform(0) >= 0.0F && ls_uniform(0) <= 0.0F);
    assert_true(ls_uniform(~0U) < 1.0F);
    assert_true(ls_uniform(~0U) > 0.9999F);
    assert_true(ls_uniform(0x80000000U) >= 0.5F && ls_uniform(0x80000000U) <= 0.5F);
}

static void a_run_has_the_words_of_single_blocks(void **state)
{
    (void)state;
    const uint64_t begin = 0xfffffff0u; /* the lower half of the index runs over */
    for (size_t blocks = 0; blocks < 100; blocks += 33) {
        uint32_t words[400] = {0};
        ls_philox_run(5, 1ULL << 40 | 9, begin, blocks, words);
        for (size_t i = 0; i < blocks; i++)
            for (size_t w = 0; w < 4; w++)
                assert_int_equal(words[4 * i + w], ls_philox(5, 1ULL << 40 | 9, begin + i).word[w]);
        for (size_t i = 4 * blocks; i < 400; i++)
            assert_int_equal(words[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_of_zeros_is_the_known_answer),
        cmocka_unit_test(philox_of_ones_is_the_known_answer),
        cmocka_unit_test(philox_of_the_digits_of_pi_is_the_known_answer),
        cmocka_unit_test(streams_of_different_purpose_number_or_time_differ),
        cmocka_unit_test(uniform_lies_in_0_to_below_1),
        cmocka_unit_test(a_run_has_the_words_of_single_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
