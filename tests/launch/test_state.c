#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/job_file.h"
#include "launch/state.h"

static struct ls_arena arena;

struct fixture {
    struct ls_model model;
    struct ls_optimizer optimizer;
    struct ls_trainer trainer;
};

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

static void need(ls_status status)
{
    if (status != LS_OK)
        fail_msg("%s", ls_message());
}

static struct ls_node *yaml(const char *text)
{
    struct ls_node *root = NULL;
    need(ls_job_file_parse(text, "job.yaml", &arena, &root));
    return root;
}

/* A model with parameters and slots that are all different. */
static struct fixture *make(const char *model, const char *optimizer, uint64_t seed)
{
    static struct ls_peers alone;
    alone = ls_peers_alone();
    struct fixture *const f = ls_arena_get(&arena, 1, sizeof *f);
    struct ls_tree *const tree = ls_arena_get(&arena, 1, sizeof *tree);
    struct ls_workspace *const ws = ls_arena_get(&arena, 1, sizeof *ws);
    need(ls_model_create(&f->model, yaml(model), (struct ls_shape){3, 2, 4, 4},
                         ls_engine_find(NULL), seed, NULL, &arena));
    need(ls_optimizer_parse(&f->optimizer, yaml(optimizer), &arena));
    need(ls_tree_plan(tree, 1, 1, 0, 1, &arena));
    need(ls_workspace_init(ws, &f->model, tree, &alone, 1, 1, true, &arena));
    static struct ls_loss loss;
    need(ls_loss_parse(&loss, yaml("mse"), &arena));
    const struct ls_trainer_spec spec = {
        .model = &f->model, .loss = &loss, .optimizer = &f->optimizer};
    need(ls_trainer_init(&f->trainer, &spec, ws, &arena));
    for (int l = 0; l < f->model.n_layers; l++)
        for (int i = 0; i < f->model.layers[l].n_params; i++) {
            const struct ls_param *const p = &f->model.layers[l].params[i];
            for (size_t e = p->offset; e < p->offset + p->len; e++)
                for (int s = 0; s < f->optimizer.n_slots; s++)
                    f->trainer.slot[s][e] = LS_R((double)seed + (double)(e + 1) * (s + 1));
        }
    return f;
}

static const char net[] = "- conv: {out: 3, kernel: 2}\n- bn\n- flatten\n- dense: 2\n";

static struct ls_checkpoint take(const struct fixture *f)
{
    struct ls_checkpoint checkpoint = {0};
    need(ls_state_tensors(&f->model, &f->trainer, &arena, &checkpoint));
    return checkpoint;
}

static struct ls_tensor *tensor(struct ls_checkpoint *checkpoint, const char *path)
{
    for (size_t i = 0; i < checkpoint->n_tensors; i++)
        if (strcmp(checkpoint->tensors[i].path, path) == 0)
            return &checkpoint->tensors[i];
    fail_msg("no tensor %s", path);
    return NULL;
}

static void tensors_have_the_names_and_shapes_of_the_contract(void **state)
{
    (void)state;
    struct ls_checkpoint c = take(make(net, "adam", 1));
    assert_int_equal(c.n_tensors, 2 + 4 + 2 + 2 * 6);
    const struct ls_tensor *const weight = tensor(&c, "/model/conv1/weight");
    const size_t dims[] = {3, 2, 2, 2};
    assert_int_equal(weight->axes, 4);
    assert_memory_equal(weight->dims, dims, sizeof dims);
    assert_int_equal(tensor(&c, "/model/bn1/running_var")->dims[0], 3);
    assert_int_equal(tensor(&c, "/optimizer/exp_avg/bn1/weight")->axes, 1);
    assert_int_equal(tensor(&c, "/optimizer/exp_avg_sq/dense1/weight")->dims[1], 27);
}

static void what_is_taken_can_be_put_back(void **state)
{
    (void)state;
    struct fixture *const a = make(net, "adam", 1), *const b = make(net, "adam", 2);
    a->model.layers[1].buffer[0][2] = 5;
    const struct ls_checkpoint c = take(a);
    const size_t bytes = a->model.n_params * sizeof(real);
    assert_memory_not_equal(a->model.params, b->model.params, bytes);
    need(ls_state_restore_model(&c, &b->model));
    need(ls_state_restore_slots(&c, &b->trainer));
    assert_memory_equal(a->model.params, b->model.params, bytes);
    assert_memory_equal(a->model.buffers, b->model.buffers, a->model.n_buffers * sizeof(real));
    for (int s = 0; s < 2; s++)
        assert_memory_equal(a->trainer.slot[s], b->trainer.slot[s], bytes);
}

/* Refused, with nothing copied. */
static void expect_refusal(const struct ls_checkpoint *c, struct fixture *f, const char *message)
{
    const size_t bytes = f->model.n_params * sizeof(real);
    real *const before = ls_arena_get(&arena, 1, bytes);
    memcpy(before, f->model.params, bytes);
    assert_int_equal(ls_state_restore_model(c, &f->model), LS_DATA);
    assert_string_equal(ls_message(), message);
    assert_memory_equal(before, f->model.params, bytes);
}

static void another_model_s_tensors_are_named(void **state)
{
    (void)state;
    struct fixture *const f = make(net, "sgd", 2);
    struct ls_checkpoint c =
        take(make("- conv: {out: 3, kernel: 2}\n- bn\n- flatten\n- dense: 4\n", "sgd", 1));
    expect_refusal(&c, f,
                   "of another model: /model/dense1/weight is (4, 27), the model has (2, 27); "
                   "/model/dense1/bias is (4), the model has (2)");
    c = take(
        make("- conv: {out: 3, kernel: 2, bias: false}\n- bn\n- flatten\n- dense: 2\n", "sgd", 1));
    expect_refusal(&c, f, "of another model: /model/conv1/bias is missing");
    c = take(make("- conv: {out: 3, kernel: 2}\n- bn\n- flatten\n- dense: 2\n- relu\n- dense: 2\n",
                  "sgd", 1));
    expect_refusal(&c, f,
                   "of another model: /model/dense2/weight is not in the model; "
                   "/model/dense2/bias is not in the model");
    c = take(make("- flatten\n- dense: {out: 2, name: other}\n", "sgd", 1));
    expect_refusal(&c, f,
                   "of another model: /model/conv1/weight is missing; /model/conv1/bias is "
                   "missing; /model/bn1/weight is missing; /model/bn1/bias is missing; and 6 more");
}

static void slots_of_another_optimiser_are_named(void **state)
{
    (void)state;
    struct fixture *const f = make("[flatten, {dense: {out: 2, bias: false}}]", "adam", 2);
    const struct ls_checkpoint c =
        take(make("[flatten, {dense: {out: 2, bias: false}}]", "{sgd: {lr: 1, momentum: 0.9}}", 1));
    assert_int_equal(ls_state_restore_slots(&c, &f->trainer), LS_DATA);
    assert_string_equal(ls_message(),
                        "of another model: /optimizer/exp_avg/dense1/weight is missing; "
                        "/optimizer/exp_avg_sq/dense1/weight is missing; "
                        "/optimizer/momentum_buffer/dense1/weight is not in the model");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_have_the_names_and_shapes_of_the_contract),
        cmocka_unit_test(what_is_taken_can_be_put_back),
        cmocka_unit_test(another_model_s_tensors_are_named),
        cmocka_unit_test(slots_of_another_optimiser_are_named),
    };
    return cmocka_run_group_tests(tests, up, down);
}
