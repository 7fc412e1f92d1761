#include "src/base/permute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/arena.h"

static void check_bijection(uint64_t len, uint64_t seed)
{
    const struct ls_permutation permutation = ls_permutation(len, seed, 3);
    unsigned char *seen = ls_alloc(len, 1);
    for (uint64_t i = 0; i < len; i++) {
        const uint64_t to = ls_permute(&permutation, i);
        assert_true(to < len);
        assert_int_equal(seen[to], 0);
        seen[to] = 1;
    }
    ls_free(seen);
}

static void permute_is_a_bijection_at_any_length(void **state)
{
    (void)state;
    for (uint64_t len = 1; len <= 130; len++)
        check_bijection(len, len);
    const uint64_t lens[] = {1000, 1023, 1024, 1025, 65536, 65537};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++)
        check_bijection(lens[i], 7);
}

/* Where positions of 64 blocks go, as 64 x 64 counts: chi-square against equal shares has 63 * 63
 * degrees of freedom, a mean of 3969 and a deviation of 89. The seed is fixed, so this cannot fail
 * by chance. */
static void permute_spreads_every_stretch_over_all_places(void **state)
{
    (void)state;
    enum { BLOCKS = 64, EACH = 1024, LEN = BLOCKS * EACH };
    static unsigned count[BLOCKS][BLOCKS];
    const struct ls_permutation permutation = ls_permutation(LEN, 42, 1);
    for (uint64_t i = 0; i < LEN; i++)
        count[i / EACH][ls_permute(&permutation, i) / EACH]++;
    const double expected = (double)EACH / BLOCKS;
    double chi_square = 0;
    for (int a = 0; a < BLOCKS; a++)
        for (int b = 0; b < BLOCKS; b++) {
            const double off = count[a][b] - expected;
            chi_square += off * off / expected;
        }
    assert_true(chi_square > 3969 - 4 * 89);
    assert_true(chi_square < 3969 + 4 * 89);
}

static unsigned fixed_positions(struct ls_permutation a, struct ls_permutation b)
{
    unsigned same = 0;
    for (uint64_t i = 0; i < a.len; i++)
        same += ls_permute(&a, i) == ls_permute(&b, i);
    return same;
}

/* Two unrelated permutations agree in one position on average. */
static void permute_depends_on_seed_and_stream(void **state)
{
    (void)state;
    assert_true(fixed_positions(ls_permutation(1000, 1, 1), ls_permutation(1000, 2, 1)) < 8);
    assert_true(fixed_positions(ls_permutation(1000, 1, 1), ls_permutation(1000, 1, 2)) < 8);
    assert_int_equal(fixed_positions(ls_permutation(1000, 1, 1), ls_permutation(1000, 1, 1)), 1000);
}

static void permute_takes_lengths_beyond_32_bits(void **state)
{
    (void)state;
    const uint64_t len = UINT64_C(1) << 40;
    const struct ls_permutation permutation = ls_permutation(len + 1, 5, 5);
    assert_true(ls_permute(&permutation, len) <= len);
    assert_int_not_equal(ls_permute(&permutation, len), ls_permute(&permutation, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permute_is_a_bijection_at_any_length),
        cmocka_unit_test(permute_spreads_every_stretch_over_all_places),
        cmocka_unit_test(permute_depends_on_seed_and_stream),
        cmocka_unit_test(permute_takes_lengths_beyond_32_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
