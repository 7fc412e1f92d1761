#include "src/hard/options.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* The fields of struct ls_hard, and `memory` as it stands. */
struct given {
    struct ls_hard hard;
    const struct ls_node *memory;
};

#define AT(field) offsetof(struct given, field)
const struct ls_option ls_hard_options[] = {
    {"share", LS_REAL, AT(hard.share), "0.25", 0, 1, NULL,
     "of each batch, drawn from the hardest; 0 only remembers losses"},
    {"pool", LS_REAL, AT(hard.pool), "0.1", 0, 1, NULL,
     "share of the samples, the hardest, to draw from; within each class when balanced"},
    {"power", LS_REAL, AT(hard.power), "1", 0, 100, NULL, "weights are loss^power"},
    {"memory", LS_NODE, AT(memory), "last", 0, 0, NULL,
     "of a sample's losses: last, or {mean: BETA} = BETA mean + (1 - BETA) loss"},
    {"discard", LS_REAL, AT(hard.discard), "0", 0, 1, NULL,
     "share of the samples, harder than the pool, left out of it as label noise"},
    {"warmup_epochs", LS_SIZE, AT(hard.warmup_epochs), "1", 0, 1e9, NULL,
     "epochs before any are drawn"},
    {"refresh", LS_SIZE, AT(hard.refresh), "0", 0, 4e9, NULL,
     "steps between choices of the hardest; 0: at the start of every epoch"},
    {0}};
#undef AT

static const struct ls_option mean_options[] = {
    {"mean", LS_REAL, 0, NULL, 0, 1, NULL, "share of what was remembered before"}, {0}};

static ls_status parse_memory(struct given *given, struct ls_arena *arena)
{
    const struct ls_node *const node = given->memory;
    if (!node || (node->kind == LS_NODE_SCALAR && strcmp(node->text, "last") == 0))
        return LS_OK;
    if (node->kind != LS_NODE_MAP)
        return ls_node_fail(node, "hard: memory takes last or {mean: BETA}%s%s",
                            node->kind == LS_NODE_SCALAR ? ", got " : "",
                            node->kind == LS_NODE_SCALAR ? node->text : "");
    LS_TRY(ls_options_parse(mean_options, node, "memory", NULL, arena, &given->hard.mean));
    if (given->hard.mean < 1)
        return LS_OK;
    return ls_node_fail(ls_node_get(node, "mean"),
                        "memory: mean: 1 would keep the first loss for ever; take a number below");
}

ls_status ls_hard_parse(struct ls_hard *hard, const struct ls_node *node, struct ls_arena *arena)
{
    *hard = (struct ls_hard){0};
    if (!node || (node->kind == LS_NODE_SCALAR && strcmp(node->text, "none") == 0))
        return LS_OK;
    struct given given = {0};
    LS_TRY(ls_options_parse(ls_hard_options, node, "hard", NULL, arena, &given));
    LS_TRY(parse_memory(&given, arena));
    if (given.hard.share > 0 && !(given.hard.pool > 0))
        return ls_node_fail(node, "hard: pool: 0 leaves nothing to draw from; say share: 0 to "
                                  "remember losses only");
    *hard = given.hard;
    hard->on = true;
    return LS_OK;
}

size_t ls_hard_rows(double share, uint64_t before, size_t n)
{
    const double until = floor(share * (double)(before + n));
    return (size_t)(until - floor(share * (double)before));
}
