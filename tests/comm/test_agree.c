#include "tests/comm/peers.h"

#include <stdio.h>
#include <string.h>

static void agree_is_ok_when_all_ranks_are(void **state)
{
    assert_all_ranks(ls_agree(*state, LS_OK) == LS_OK);
}

static void agree_spreads_the_status_and_message_of_a_single_failing_rank(void **state)
{
    const struct ls_peers *peers = *state;
    for (int failing = 0; failing < peers->size; failing++) {
        ls_status mine = LS_OK;
        if (peers->rank == failing)
            mine = ls_fail(LS_DATA, "x has %d axes", failing);
        const ls_status verdict = ls_agree(peers, mine);
        char expected[LS_MESSAGE_LEN];
        if (peers->size > 1)
            (void)snprintf(expected, sizeof expected, "rank %d: x has %d axes", failing, failing);
        else
            (void)snprintf(expected, sizeof expected, "x has %d axes", failing);
        assert_all_ranks(verdict == LS_DATA && strcmp(ls_message(), expected) == 0);
    }
}

static void agree_takes_the_lowest_of_several_failing_ranks(void **state)
{
    const struct ls_peers *peers = *state;
    const int lowest = peers->size > 1 ? 1 : 0;
    ls_status mine = LS_OK;
    if (peers->rank >= lowest)
        mine = ls_fail(peers->rank == lowest ? LS_DIVERGED : LS_OTHER, "from %d", peers->rank);
    const ls_status verdict = ls_agree(peers, mine);
    char expected[LS_MESSAGE_LEN];
    if (peers->size > 1)
        (void)snprintf(expected, sizeof expected, "rank %d: from %d", lowest, lowest);
    else
        (void)snprintf(expected, sizeof expected, "from %d", lowest);
    assert_all_ranks(verdict == LS_DIVERGED && strcmp(ls_message(), expected) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_is_ok_when_all_ranks_are),
        cmocka_unit_test(agree_spreads_the_status_and_message_of_a_single_failing_rank),
        cmocka_unit_test(agree_takes_the_lowest_of_several_failing_ranks),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
