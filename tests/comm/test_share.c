#include "tests/comm/nodes.h"

#include <string.h>

/* Every rank writes its part of the node's memory and then looks at everybody's. */
static bool is_shared(const struct ls_peers *peers)
{
    enum { EACH = 5000 };
    struct ls_arena arena;
    ls_arena_init(&arena);
    const size_t n = (size_t)peers->node_size, me = (size_t)peers->node_rank;
    void *memory = NULL;
    bool good = ls_share(peers, n * EACH, &arena, &memory) == LS_OK;
    unsigned char *const bytes = memory;
    good = (uintptr_t)memory % 64 == 0 && good;
    for (size_t i = 0; i < n * EACH; i++)
        good = bytes[i] == 0 && good;
    for (int round = 1; round <= 50; round++) {
        ls_meet(peers); /* all have looked */
        memset(bytes + me * EACH, round + (int)me, EACH);
        ls_meet(peers); /* all have written */
        for (size_t r = 0; r < n; r++)
            good = bytes[r * EACH] == round + (int)r &&
                   bytes[(r + 1) * EACH - 1] == round + (int)r && good;
    }
    ls_arena_release(&arena);
    return good;
}

static void what_a_rank_writes_its_node_sees_after_meeting(void **state)
{
    assert_all_ranks(on_all_groupings(*state, is_shared));
}

static bool is_nothing(const struct ls_peers *peers)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    void *memory = NULL;
    const bool good = ls_share(peers, 0, &arena, &memory) == LS_OK && memory;
    ls_arena_release(&arena);
    return good;
}

static void no_bytes_can_be_shared(void **state)
{
    assert_all_ranks(on_all_groupings(*state, is_nothing));
}

static void one_rank_may_release_what_is_shared_before_the_others(void **state)
{
    const struct ls_peers *peers = *state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    void *memory = NULL;
    bool good = ls_share(peers, 100, &arena, &memory) == LS_OK;
    if (peers->node_rank == 0) {
        memset(memory, 7, 100);
        ls_arena_release(&arena);
    }
    ls_meet(peers);
    if (peers->node_rank != 0)
        good = ((const char *)memory)[99] == 7 && good;
    ls_arena_release(&arena);
    assert_all_ranks(good);
}

static void more_memory_than_there_is_fails_alike_on_all_ranks(void **state)
{
    const struct ls_peers *peers = *state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    void *memory = NULL;
    const ls_status status = ls_share(peers, (size_t)1 << 50, &arena, &memory);
    assert_all_ranks(status == LS_OTHER && strstr(ls_message(), "1073741824.0 MiB"));
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_rank_writes_its_node_sees_after_meeting),
        cmocka_unit_test(no_bytes_can_be_shared),
        cmocka_unit_test(one_rank_may_release_what_is_shared_before_the_others),
        cmocka_unit_test(more_memory_than_there_is_fails_alike_on_all_ranks),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
