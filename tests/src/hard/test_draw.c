/* Frequencies of drawing against the exact probabilities of drawing one after another, each of
 * those left in proportion to its weight. Seeds are fixed, so nothing here can fail by chance. */
#include "src/hard/draw.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 8, MANY = 5000 };

struct fixture {
    struct ls_arena arena;
    struct ls_peers peers;
    struct ls_pool pool;
    struct ls_drawer drawer;
};

/* A pool of everything, in `groups` groups of which i % groups is that of sample i. */
static void fill(struct fixture *f, const float *losses, size_t n, int32_t groups, double power)
{
    *f = (struct fixture){.peers = ls_peers_alone()};
    ls_arena_init(&f->arena);
    const struct ls_hard hard = {.on = true, .share = 0.5, .pool = 1, .power = power};
    struct ls_recall recall;
    int32_t group[MANY];
    uint64_t counts[MOST] = {0};
    assert_true(n <= MANY && groups <= MOST);
    assert_int_equal(ls_recall_init(&recall, &f->peers, n, 0, &f->arena), LS_OK);
    for (size_t i = 0; i < n; i++) {
        recall.loss[i] = losses[i];
        group[i] = (int32_t)i % groups;
        counts[group[i]]++;
    }
    assert_int_equal(ls_pool_init(&f->pool, &f->peers, &hard, (size_t)groups, counts, &f->arena),
                     LS_OK);
    ls_pool_fill(&f->pool, &recall, group);
    assert_int_equal(ls_drawer_init(&f->drawer, n, &f->arena), LS_OK);
}

static size_t draw(struct fixture *f, uint64_t step, size_t group, size_t k)
{
    return ls_draw(&f->drawer, &f->pool, 1, step, group, k);
}

/* A sequence of k of n samples as a number, and its probability. */
static size_t code_of(const uint64_t *items, size_t k, size_t n)
{
    size_t code = 0;
    for (size_t i = 0; i < k; i++)
        code = code * n + (size_t)items[i];
    return code;
}

static double chance(const double *weights, size_t n, const uint64_t *items, size_t k)
{
    double left = 0, product = 1;
    for (size_t i = 0; i < n; i++)
        left += weights[i];
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < i; j++)
            if (items[j] == items[i])
                return 0;
        product *= weights[items[i]] / left;
        left -= weights[items[i]];
    }
    return product;
}

/* Chi-square of all sequences of k out of n, over so many steps; *freedom are its degrees. */
static double chi_square(struct fixture *f, const double *weights, size_t n, size_t k,
                         uint64_t steps, size_t *freedom)
{
    enum { CODES = 6 * 6 * 6 };
    static uint64_t seen[CODES];
    size_t codes = 1;
    for (size_t i = 0; i < k; i++)
        codes *= n;
    assert_true(codes <= CODES);
    memset(seen, 0, sizeof seen);
    for (uint64_t s = 0; s < steps; s++) {
        assert_int_equal(draw(f, s, 0, k), k);
        seen[code_of(f->drawer.items, k, n)]++;
    }
    double sum = 0;
    *freedom = 0;
    for (size_t code = 0; code < codes; code++) {
        uint64_t items[MOST];
        size_t rest = code;
        for (size_t i = k; i-- > 0; rest /= n)
            items[i] = rest % n;
        const double due = chance(weights, n, items, k) * (double)steps;
        if (due <= 0)
            assert_int_equal(seen[code], 0);
        if (due <= 0)
            continue;
        sum += ((double)seen[code] - due) * ((double)seen[code] - due) / due;
        ++*freedom;
    }
    --*freedom;
    return sum;
}

/* Weights are losses to the power: 1, 2, 3, 5 and 6 squared, so all 60 sequences are likely. */
static void draws_have_the_chances_of_their_weights(void **state)
{
    (void)state;
    const float losses[] = {2, 1, 3, 6, 5};
    const double weights[] = {4, 1, 9, 36, 25};
    struct fixture f;
    fill(&f, losses, 5, 1, 2);
    size_t freedom = 0;
    const double sum = chi_square(&f, weights, 5, 3, 200000, &freedom);
    assert_int_equal(freedom, 59);
    assert_true(sum < 98.3); /* exceeded once in a thousand */
    assert_true(sum > 29.6); /* fallen short of once in a thousand: too even to be drawn */
    ls_arena_release(&f.arena);
}

/* One weight so large that the others are drawn by keys: nearly every draw would be repeated. */
static void draws_by_keys_have_the_same_chances(void **state)
{
    (void)state;
    const float losses[] = {1, 4e8F, 2, 3, 4};
    const double weights[] = {1, 4e8, 2, 3, 4};
    struct fixture f;
    fill(&f, losses, 5, 1, 1);
    uint64_t seen[5][5] = {{0}};
    double sum = 0;
    const uint64_t steps = 50000;
    for (uint64_t s = 0; s < steps; s++) {
        assert_int_equal(draw(&f, s, 0, 3), 3);
        const uint64_t *const items = f.drawer.items;
        assert_int_equal(items[0], 1);
        seen[items[1]][items[2]]++;
    }
    for (uint64_t a = 0; a < 5; a++)
        for (uint64_t b = 0; b < 5; b++) {
            const uint64_t items[] = {1, a, b};
            const double due = chance(weights, 5, items, 3) * (double)steps;
            if (due > 0)
                sum += ((double)seen[a][b] - due) * ((double)seen[a][b] - due) / due;
            else
                assert_int_equal(seen[a][b], 0);
        }
    assert_true(sum < 31.3 && sum > 1.8); /* 11 degrees, once in a thousand each */
    ls_arena_release(&f.arena);
}

static void draws_are_distinct_and_those_of_the_group(void **state)
{
    (void)state;
    static float losses[MANY];
    for (size_t i = 0; i < MANY; i++)
        losses[i] = (float)(i % 97) + 0.5F;
    struct fixture f;
    fill(&f, losses, MANY, 3, 1);
    for (uint64_t s = 0; s < 200; s++)
        for (size_t group = 0; group < 3; group++) {
            static bool seen[MANY];
            memset(seen, 0, sizeof seen);
            const size_t k = s % 60;
            assert_int_equal(draw(&f, s, group, k), k);
            for (size_t i = 0; i < k; i++) {
                const uint64_t item = f.drawer.items[i];
                assert_true(item < MANY && !seen[item]);
                assert_int_equal(f.pool.samples[item] % 3, group);
                seen[item] = true;
            }
        }
    ls_arena_release(&f.arena);
}

static void more_than_there_are_gives_all(void **state)
{
    (void)state;
    const float losses[] = {3, 0, 1, 2};
    struct fixture f;
    fill(&f, losses, 4, 1, 1);
    assert_int_equal(draw(&f, 9, 0, 4), 3); /* the one without weight stays */
    uint64_t sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum += f.drawer.items[i];
    assert_int_equal(sum, 0 + 2 + 3);
    assert_int_equal(draw(&f, 9, 0, 0), 0);
    ls_arena_release(&f.arena);
}

static void without_weights_all_are_alike(void **state)
{
    (void)state;
    const float zeros[4] = {0}, unlike[] = {1, 1e30F, 1e-30F, 5};
    const double ones[] = {1, 1, 1, 1};
    for (int power = 0; power < 2; power++) {
        struct fixture f;
        fill(&f, power ? zeros : unlike, 4, 1, power);
        size_t freedom = 0;
        const double sum = chi_square(&f, ones, 4, 2, 20000, &freedom);
        assert_int_equal(freedom, 11);
        assert_true(sum < 31.3 && sum > 1.8);
        assert_int_equal(draw(&f, 1, 0, 4), 4);
        ls_arena_release(&f.arena);
    }
}

/* What overflows or vanishes when it is raised to a power. */
static void great_and_tiny_losses_are_drawn_without_harm(void **state)
{
    (void)state;
    const float losses[] = {3e38F, 1e-38F, 2.9e38F, 1};
    struct fixture f;
    fill(&f, losses, 4, 1, 100);
    for (uint64_t s = 0; s < 100; s++) {
        const size_t n = draw(&f, s, 0, 4);
        assert_int_equal(n, 2); /* the others weigh nothing beside these */
        assert_true(f.drawer.items[0] + f.drawer.items[1] == 2);
    }
    ls_arena_release(&f.arena);
}

static void draws_depend_on_seed_step_and_group_alone(void **state)
{
    (void)state;
    static float losses[MANY];
    for (size_t i = 0; i < MANY; i++)
        losses[i] = 1;
    struct fixture f;
    fill(&f, losses, MANY, 2, 1);
    uint64_t first[20];
    (void)draw(&f, 5, 0, 20);
    memcpy(first, f.drawer.items, sizeof first);
    (void)draw(&f, 6, 0, 20);
    assert_memory_not_equal(first, f.drawer.items, sizeof first);
    (void)ls_draw(&f.drawer, &f.pool, 2, 5, 0, 20);
    assert_memory_not_equal(first, f.drawer.items, sizeof first);
    (void)draw(&f, 5, 0, 20);
    assert_memory_equal(first, f.drawer.items, sizeof first);
    ls_arena_release(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_have_the_chances_of_their_weights),
        cmocka_unit_test(draws_by_keys_have_the_same_chances),
        cmocka_unit_test(draws_are_distinct_and_those_of_the_group),
        cmocka_unit_test(more_than_there_are_gives_all),
        cmocka_unit_test(without_weights_all_are_alike),
        cmocka_unit_test(great_and_tiny_losses_are_drawn_without_harm),
        cmocka_unit_test(draws_depend_on_seed_step_and_group_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
