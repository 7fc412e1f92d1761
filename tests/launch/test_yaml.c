#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/yaml.h"

static struct ls_arena arena;

static int open_arena(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

static struct ls_node *parse(const char *text)
{
    struct ls_node *root = NULL;
    if (ls_yaml_parse(text, strlen(text), "job.yaml", &arena, &root) != LS_OK)
        fail_msg("%s", ls_message());
    return root;
}

static void refuses(const char *text, size_t len, const char *message)
{
    struct ls_node *root = NULL;
    assert_int_equal(ls_yaml_parse(text, len, "job.yaml", &arena, &root), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static void assert_same(const struct ls_node *a, const struct ls_node *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->quoted, b->quoted);
    assert_int_equal(!a->key, !b->key);
    if (a->key)
        assert_string_equal(a->key, b->key);
    assert_int_equal(ls_node_len(a), ls_node_len(b));
    b = b->child;
    for (a = a->child; a; a = a->next, b = b->next)
        assert_same(a, b);
}

static void nodes_carry_their_places(void **state)
{
    (void)state;
    struct ls_node *root = parse("seed: 1\nmodel:\n  - conv: {out: \"16\"}\n  - bn:\n  - relu\n");
    const struct ls_node *model = ls_node_get(root, "model");
    assert_int_equal(ls_node_len(model), 3);
    const struct ls_node *out = ls_node_get(ls_node_get(model->child, "conv"), "out");
    assert_string_equal(out->text, "16");
    assert_true(out->quoted);
    assert_int_equal(out->line, 3);
    assert_int_equal(out->column, 17);
    assert_int_equal(out->key_column, 12);
    assert_string_equal(out->file, "job.yaml");
    assert_string_equal(ls_node_get(model->child->next, "bn")->text, "");
    assert_false(ls_node_get(model->child->next, "bn")->quoted);
}

static void text_that_is_no_job_is_refused_with_its_place(void **state)
{
    (void)state;
#define REFUSES(text, message) refuses(text, sizeof(text) - 1, message)
    REFUSES("", "job.yaml: the file is empty");
    REFUSES("# nothing\n", "job.yaml: the file is empty");
    REFUSES("a: 1\nb: 2\na: 3\n", "job.yaml:3:1: \"a\" is given twice, first on line 1");
    REFUSES("a: &x 1\n", "job.yaml:1:4: anchors and tags are not supported");
    REFUSES("a: &x [1]\n", "job.yaml:1:4: anchors and tags are not supported");
    REFUSES("a: !!str 1\n", "job.yaml:1:4: anchors and tags are not supported");
    REFUSES("a: *x\n", "job.yaml:1:4: aliases are not supported, write it out");
    REFUSES("a: 1\n---\nb: 1\n", "job.yaml:2:1: a second document, where one is expected");
    REFUSES("[a]: 1\n", "job.yaml:1:1: a list or map cannot be a key");
    REFUSES("a: \"x\\0y\"\n", "job.yaml:1:4: a zero byte in a text");
    REFUSES("a: 1\nb: \xff\n", "job.yaml:2:4: invalid leading UTF-8 octet");
    REFUSES("a: {b: 1\n", "job.yaml:2:1: did not find expected ',' or '}' "
                          "(while parsing a flow mapping)");
    REFUSES("a: 1\n\tb: 2\n", "job.yaml:2:1: found a tab character that violates indentation "
                              "(while scanning a plain scalar)");
}

static void depth_and_keys_are_bounded(void **state)
{
    (void)state;
    char deep[200];
    memset(deep, '[', sizeof deep);
    refuses(deep, sizeof deep, "job.yaml:1:65: nested deeper than 64");
    static char wide[4200 * 12];
    size_t used = 0;
    for (int i = 0; i < 4200; i++)
        used += (size_t)snprintf(wide + used, sizeof wide - used, "k%d: 1\n", i);
    refuses(wide, used, "job.yaml:4097:8: a map of more than 4096 keys");
}

static void a_billion_laughs_cost_nothing(void **state)
{
    (void)state;
    const char text[] = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    const size_t before = arena.bytes;
    refuses(text, sizeof text - 1, "job.yaml:1:4: anchors and tags are not supported");
    assert_true(arena.bytes - before < 4096);
}

static void override(struct ls_node *root, const char *assignment)
{
    if (ls_yaml_override(root, assignment, &arena) != LS_OK)
        fail_msg("%s", ls_message());
}

static void overrides_replace_and_add(void **state)
{
    (void)state;
    struct ls_node *root = parse("data: {train: a.h5, valid: b.h5}\n"
                                 "model: [{conv: {out: 4}}, relu]\n"
                                 "optimizer: sgd\n"
                                 "clip:\n");
    override(root, "data.valid=0.2");
    override(root, "model.0.conv.out=8");
    override(root, "model.1=tanh");
    override(root, "optimizer.sgd.lr=0.1");
    override(root, "clip.norm=1.0");
    override(root, "sampler.balance.ratio.0=3");
    override(root, "loss={focal: {gamma: 2}}");
    override(root, "data.note=a=b");
    override(root, "seed=");
    assert_same(root, parse("data: {train: a.h5, valid: 0.2, note: a=b}\n"
                            "model: [{conv: {out: 8}}, tanh]\n"
                            "optimizer: {sgd: {lr: 0.1}}\n"
                            "clip: {norm: 1.0}\n"
                            "sampler: {balance: {ratio: {0: 3}}}\n"
                            "loss: {focal: {gamma: 2}}\n"
                            "seed: ~\n"));
    const struct ls_node *valid = ls_node_get(ls_node_get(root, "data"), "valid");
    (void)ls_node_fail_key(valid, "no");
    assert_string_equal(ls_message(), "command line: no");
}

static void refuses_override(const char *assignment, const char *message)
{
    struct ls_node *root = parse("model: [{dense: 10}]\nseed: 1\n");
    assert_int_equal(ls_yaml_override(root, assignment, &arena), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static void overrides_that_lead_nowhere_are_refused(void **state)
{
    (void)state;
    refuses_override("seed", "command line: \"seed\" is not KEY=VALUE");
    refuses_override("=1", "command line: \"=1\" is not KEY=VALUE");
    refuses_override("a..b=1", "command line: a..b: a part of the key is empty");
    refuses_override("model.1.dense=1",
                     "command line: model.1.dense: \"1\" is no entry of a list of 1, from 0");
    refuses_override("model.x=1",
                     "command line: model.x: \"x\" is no entry of a list of 1, from 0");
    refuses_override("seed.x=1", "command line: seed.x: there is \"1\" where \"x\" would be looked "
                                 "up; give the whole map, as in KEY={x: …}");
    refuses_override("a=[1", "a: command line: did not find expected ',' or ']' "
                             "(while parsing a flow sequence)");
}

static void emitted_text_parses_to_the_same_tree(void **state)
{
    (void)state;
    const char *const jobs[] = {
        "seed: 1\nmodel:\n  - conv: {out: 16, pad: same}\n  - bn\n  - repeat: {times: 3, body: "
        "[relu, {residual: [relu]}]}\n",
        "a: '5'\nb: 5\nc: ''\nd:\ne: 'null'\nf: \"two\\nlines\\ttab\"\ng: |\n  block\n  text\n",
        "empty: []\nnone: {}\n'odd: key': 'a: b'\n'': x\n'# no': '# yes'\n'-': '- x'\n",
        "long: 'a very long text that goes on and on and on and on and on and on and on and on and "
        "on and on and on'\nname: größe\nt: 'true'\nu: true\nspace: ' x '\nq: 'it''s'\n",
        "[1, [2, [3]], {a: [b]}]\n",
    };
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        const struct ls_node *root = parse(jobs[i]);
        const char *text, *again;
        assert_int_equal(ls_yaml_emit(root, &arena, &text), LS_OK);
        const struct ls_node *back = parse(text);
        assert_same(root, back);
        assert_int_equal(ls_yaml_emit(back, &arena, &again), LS_OK);
        assert_string_equal(text, again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_carry_their_places),
        cmocka_unit_test(text_that_is_no_job_is_refused_with_its_place),
        cmocka_unit_test(depth_and_keys_are_bounded),
        cmocka_unit_test(a_billion_laughs_cost_nothing),
        cmocka_unit_test(overrides_replace_and_add),
        cmocka_unit_test(overrides_that_lead_nowhere_are_refused),
        cmocka_unit_test(emitted_text_parses_to_the_same_tree),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
