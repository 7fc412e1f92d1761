#include "tests/bench.h"

#include <string.h>

#include "src/model/graph.h"

static struct ls_arena arena;

static int up(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int down(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

/* "conv1<input relu1<conv1 ...": the layers, and what each reads. */
static void expect_graph(const char *model, const char *expected)
{
    struct ls_graph graph;
    char text[4096] = "";
    if (ls_graph_unroll(&graph, bench_yaml(model, &arena), &arena) != LS_OK)
        fail_msg("%s", ls_message());
    for (int i = 0; i < graph.len; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "", graph.nodes[i].name);
        for (int k = 0; k < graph.nodes[i].n_in; k++) {
            const int from = graph.nodes[i].wiring.from[k];
            used = strlen(text);
            (void)snprintf(text + used, sizeof text - used, "%c%s", k ? ',' : '<',
                           from == LS_MODEL_INPUT ? "input" : graph.nodes[from].name);
        }
    }
    assert_string_equal(text, expected);
    ls_graph_release(&graph);
}

static void expect_refusal(const char *model, const char *message)
{
    struct ls_graph graph;
    assert_int_equal(ls_graph_unroll(&graph, bench_yaml(model, &arena), &arena), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static void entries_are_called_by_kind_and_count_over_the_whole_model(void **state)
{
    (void)state;
    expect_graph("[relu, {dense: 3}, relu, {dense: 2}]",
                 "relu1<input dense1<relu1 relu2<dense1 dense2<relu2");
}

/* As in the golden case: c1 and c2 are the first and second conv, whatever they are called. */
static void named_entries_count_for_their_kind(void **state)
{
    (void)state;
    expect_graph("- conv: {name: c1, out: 1, kernel: 1}\n"
                 "- conv: {out: 1, kernel: 1}\n  name: c2\n"
                 "- conv: {out: 1, kernel: 1}\n",
                 "c1<input c2<c1 conv3<c2");
}

static void a_residual_s_sum_has_its_name_and_its_body_comes_before_its_shortcut(void **state)
{
    (void)state;
    expect_graph("- residual:\n"
                 "    body: [relu, {residual: [tanh]}, {dense: 2}]\n"
                 "    shortcut: [{dense: 2}]\n"
                 "- residual: [relu]\n  name: last\n"
                 "- dense: 2\n",
                 "relu1<input tanh1<relu1 residual2<tanh1,relu1 dense1<residual2 dense2<input "
                 "residual1<dense1,dense2 relu2<residual1 last<relu2,residual1 dense3<last");
}

static void a_repeat_counts_its_entries_at_each_repetition(void **state)
{
    (void)state;
    expect_graph("- repeat:\n"
                 "    times: 3\n"
                 "    body: [{dense: {out: 4, name: d}}, relu, {add: {from: [d, relu1]}}]\n"
                 "- add: [d, d.2, d]\n",
                 "d<input relu1<d add1<d,relu1 d.2<add1 relu2<d.2 add2<d.2,relu1 d.3<add2 "
                 "relu3<d.3 add3<d.3,relu1 add4<d.3,d.2,d.3");
}

static void repeats_nest(void **state)
{
    (void)state;
    expect_graph("- repeat:\n"
                 "    times: 2\n"
                 "    body:\n"
                 "    - repeat: {times: 2, body: [{residual: [relu], name: r}]}\n"
                 "    - tanh\n",
                 "relu1<input r<relu1,input relu2<r r.2<relu2,r tanh1<r.2 "
                 "relu3<tanh1 r.3<relu3,tanh1 relu4<r.3 r.4<relu4,r.3 tanh2<r.4");
}

static void from_finds_inputs_residuals_and_repeats(void **state)
{
    (void)state;
    expect_graph("- repeat: {times: 2, body: [relu], name: block}\n"
                 "- repeat: {times: 1, body: [tanh], from: input}\n"
                 "- residual: {body: [relu], from: block}\n"
                 "- concat: {from: [block, repeat2, residual1, input]}\n",
                 "relu1<input relu2<relu1 tanh1<input relu3<relu2 residual1<relu3,relu2 "
                 "concat1<relu2,tanh1,residual1,input");
}

static void a_name_is_taken_once(void **state)
{
    (void)state;
    expect_refusal("- relu: {name: a}\n- tanh: {name: a}\n",
                   "job.yaml:2:16: the name \"a\" is taken by an earlier entry");
    expect_refusal("- tanh: {name: relu1}\n- relu\n",
                   "job.yaml:2:3: the name \"relu1\" is taken by an earlier entry");
    expect_refusal("- relu\n- tanh: {name: relu1}\n",
                   "job.yaml:2:16: the name \"relu1\" is taken by an earlier entry");
    expect_refusal("- residual: [{relu: {name: a}}]\n  name: a\n",
                   "job.yaml:1:28: the name \"a\" is taken by an earlier entry");
    expect_refusal("- residual: [{relu: {name: residual1}}]\n",
                   "job.yaml:1:28: the name \"residual1\" is taken by an earlier entry");
    expect_refusal("- tanh: {name: a.2}\n- repeat: {times: 2, body: [{relu: {name: a}}]}\n",
                   "job.yaml:2:43: the name \"a.2\" is taken by an earlier entry");
}

static void names_that_cannot_be_paths_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"a/b", ".a", "input"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char model[80], message[200];
        (void)snprintf(model, sizeof model, "- relu: {name: %s}", names[i]);
        (void)snprintf(message, sizeof message,
                       "job.yaml:1:16: \"%s\" is no name for an entry: up to 56 characters without "
                       "/, not beginning with a dot, not \"input\"",
                       names[i]);
        expect_refusal(model, message);
    }
    expect_refusal("- relu: {name: [a]}", "job.yaml:1:16: name takes a word");
    expect_refusal("- relu: {name: a}\n  name: b\n", "job.yaml:1:10: \"name\" is given twice");
}

static void from_is_refused_where_nothing_earlier_has_that_name(void **state)
{
    (void)state;
    expect_refusal("- relu: {name: first}\n- tanh: {from: frist}\n",
                   "job.yaml:2:16: from: no entry before this one is called \"frist\" (did you "
                   "mean \"first\"?)");
    expect_refusal("- relu: {from: tanh1}\n- tanh\n",
                   "job.yaml:1:16: from: no entry before this one is called \"tanh1\"");
    expect_refusal("- residual: [{relu: {from: residual1}}]\n",
                   "job.yaml:1:28: from: no entry before this one is called \"residual1\"");
    expect_refusal("- relu: {from: {a: b}}\n", "job.yaml:1:16: from takes the name of an entry");
    expect_refusal("- relu: {name: a}\n- tanh: {from: [a, a]}\n",
                   "job.yaml:2:16: tanh reads at most 1 entries, not 2");
    expect_refusal("- relu\n- add\n", "job.yaml:2:3: add needs at least 2 entries: from: [a, b]");
}

static void unknown_kinds_and_arguments_are_placed_and_the_nearest_named(void **state)
{
    (void)state;
    expect_refusal("- relu\n- densee: 3\n",
                   "job.yaml:2:11: unknown layer \"densee\" (did you mean \"dense\"?)");
    expect_refusal("- repeatt: {times: 2, body: [relu]}\n",
                   "job.yaml:1:12: unknown layer \"repeatt\" (did you mean \"repeat\"?)");
    expect_refusal("- xyzzy\n", "job.yaml:1:3: unknown layer \"xyzzy\"");
    expect_refusal("- dense: {out: 3, bais: false}\n",
                   "job.yaml:1:19: dense: unknown key \"bais\" (did you mean \"bias\"?)");
    expect_refusal("- repeat: {times: 0, body: [relu]}\n",
                   "job.yaml:1:19: repeat: times takes a whole number from 1 to 10000, got \"0\"");
    expect_refusal("relu\n", "job.yaml:1:1: expected a list of layers");
    expect_refusal("- repeat: {times: 1, body: []}\n", "job.yaml:1:28: expected a list of layers");
}

static void a_model_too_long_or_too_deep_is_refused(void **state)
{
    (void)state;
    expect_refusal("- repeat: {times: 101, body: [{repeat: {times: 100, body: [relu]}}]}\n",
                   "job.yaml:1:60: more than 10000 layers");
    char deep[400] = "";
    for (int i = 0; i < 17; i++)
        (void)snprintf(deep + strlen(deep), sizeof deep - strlen(deep), "[{residual: ");
    (void)snprintf(deep + strlen(deep), sizeof deep - strlen(deep), "[relu]");
    for (int i = 0; i < 17; i++)
        (void)snprintf(deep + strlen(deep), sizeof deep - strlen(deep), "}]");
    struct ls_graph graph;
    assert_int_equal(ls_graph_unroll(&graph, bench_yaml(deep, &arena), &arena), LS_USAGE);
    assert_non_null(strstr(ls_message(), "layers nested more than 16 deep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_called_by_kind_and_count_over_the_whole_model),
        cmocka_unit_test(named_entries_count_for_their_kind),
        cmocka_unit_test(a_residual_s_sum_has_its_name_and_its_body_comes_before_its_shortcut),
        cmocka_unit_test(a_repeat_counts_its_entries_at_each_repetition),
        cmocka_unit_test(repeats_nest),
        cmocka_unit_test(from_finds_inputs_residuals_and_repeats),
        cmocka_unit_test(a_name_is_taken_once),
        cmocka_unit_test(names_that_cannot_be_paths_are_refused),
        cmocka_unit_test(from_is_refused_where_nothing_earlier_has_that_name),
        cmocka_unit_test(unknown_kinds_and_arguments_are_placed_and_the_nearest_named),
        cmocka_unit_test(a_model_too_long_or_too_deep_is_refused),
    };
    return cmocka_run_group_tests(tests, up, down);
}
