#include "tests/comm/peers.h"

#include <string.h>

#include "src/tree/fold.h"

enum { SHARDS = 13, LEN = 7 };

/* The root over SHARDS shards of moments, some without samples. */
static bool fold_moments(const struct ls_peers *peers, double *root)
{
    struct ls_arena arena;
    struct ls_tree tree;
    struct ls_fold fold;
    ls_arena_init(&arena);
    const bool planned =
        ls_tree_plan(&tree, SHARDS, peers->size, peers->rank, 1, &arena) == LS_OK &&
        ls_fold_init(&fold, &tree, peers, LEN, &arena) == LS_OK;
    if (!all_ranks(planned))
        return false;
    for (int s = tree.first; s < tree.last; s++) {
        double *leaf = ls_fold_leaf(&fold, s - tree.first, LEN);
        leaf[0] = s % 4;
        for (int i = 1; i < LEN; i++)
            leaf[i] = s % 4 ? 1.0 / (s + i) : 0;
    }
    memcpy(root, ls_fold(&fold, ls_merge_moments, LEN), LEN * sizeof *root);
    ls_arena_release(&arena);
    return true;
}

static void fold_over_ranks_gives_the_bits_of_one_rank(void **state)
{
    const struct ls_peers alone = ls_peers_alone();
    double expected[LEN], root[LEN];
    assert_true(fold_moments(&alone, expected));
    assert_true(fold_moments(*state, root));
    assert_all_ranks(memcmp(root, expected, sizeof root) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fold_over_ranks_gives_the_bits_of_one_rank),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
