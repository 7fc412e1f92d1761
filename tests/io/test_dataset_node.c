/* A dataset that the ranks of a node hold together: ranks that are played one after another, on
 * memory that the test gives them. */
#include "tests/io/datasets.h"

enum { MAX_SHARES = 4 };

struct node {
    struct ls_peers peers;
    unsigned char *memory[MAX_SHARES]; /* in the order they are asked for */
    size_t bytes[MAX_SHARES];
    int n_shared, shares; /* by this rank so far; by the first rank */
    bool refuses;
    int met;
};

static ls_status share(void *context, size_t bytes, struct ls_arena *arena, void **memory)
{
    (void)arena;
    struct node *const node = context;
    if (node->refuses)
        return ls_fail(LS_OTHER, "no room in shared memory");
    const int i = node->n_shared++;
    assert_true(i < MAX_SHARES);
    if (i == node->shares) {
        node->memory[i] = test_calloc(1, bytes);
        node->bytes[i] = bytes;
        node->shares++;
    }
    assert_int_equal(node->bytes[i], bytes);
    *memory = node->memory[i];
    return LS_OK;
}

static void broadcast(void *context, void *data, size_t bytes)
{
    (void)context, (void)data, (void)bytes;
}

static ls_status agree(void *context, ls_status mine)
{
    (void)context;
    return mine;
}

static void meet(void *context)
{
    ((struct node *)context)->met++;
}

static const struct ls_peers_ops node_ops = {
    .broadcast = broadcast, .agree = agree, .share = share, .meet = meet};

static void node_init(struct node *node, int size)
{
    *node = (struct node){.peers = {.size = size, .node_size = size, .ops = &node_ops}};
}

static void node_release(struct node *node)
{
    for (int i = 0; i < node->shares; i++)
        test_free(node->memory[i]);
}

static ls_status open_as(struct node *node, int rank, struct ls_source *source, const char *path,
                         size_t memory, struct ls_arena *arena)
{
    node->peers.rank = node->peers.node_rank = rank;
    node->peers.context = node;
    node->n_shared = 0;
    return ls_dataset_open(source, path, "x", "y", NULL, memory, &node->peers, arena);
}

static void check_all(struct ls_source *source)
{
    for (uint64_t i = 0; i < N; i++) {
        float x[ROW];
        int64_t class;
        assert_int_equal(ls_source_read_x(source, &i, 1, x), LS_OK);
        assert_int_equal(ls_source_read_classes(source, &i, 1, &class), LS_OK);
        for (size_t j = 0; j < ROW; j++)
            assert_true(x[j] == (float)value(i * ROW + j));
        assert_int_equal(class, (int)(i * 3 % 5) - 1);
    }
}

/* Bytes that are not zero: which rank has written how much. */
static size_t written(const struct node *node, int i)
{
    size_t n = 0;
    for (size_t b = 0; b < node->bytes[i]; b++)
        n += node->memory[i][b] != 0;
    return n;
}

static void ranks_of_a_node_read_disjoint_parts_of_one_copy(void **state)
{
    (void)state;
    enum { RANKS = 3 };
    static const hsize_t chunk[4] = {7, C, H, W};
    for (int layout = 0; layout < 3; layout++) {
        const char *path = make("shared.h5", layout == 1 ? H5T_STD_I16BE : H5T_STD_U8LE,
                                layout == 2 ? chunk : NULL, layout == 2);
        struct node node;
        struct ls_arena arena;
        struct ls_source source[RANKS];
        ls_arena_init(&arena);
        node_init(&node, RANKS);
        size_t before = 0, whole = 0;
        for (int r = 0; r < RANKS; r++) {
            assert_int_equal(open_as(&node, r, &source[r], path, SIZE_MAX, &arena), LS_OK);
            assert_int_equal(node.shares, 2);
            const size_t n = written(&node, 1);
            assert_true(n > before && n - before < node.bytes[1] / 2);
            before = n;
        }
        assert_int_equal(node.bytes[0], N * sizeof(int64_t));
        assert_int_equal(node.bytes[1], N * ROW * (layout == 1 ? sizeof(float) : 1));
        for (size_t i = 0; i < (size_t)N * ROW; i++)
            whole += (float)value(i) != 0.0F;
        if (layout != 1)
            assert_int_equal(before, whole);
        assert_int_equal(node.met, 2 * RANKS);
        for (int r = 0; r < RANKS; r++) {
            assert_int_equal(source[r].held, node.bytes[0] + node.bytes[1]);
            assert_null(source[r].note);
            check_all(&source[r]);
            ls_source_close(&source[r]);
        }
        ls_arena_release(&arena);
        node_release(&node);
    }
}

static void what_does_not_fit_is_read_from_the_file(void **state)
{
    (void)state;
    static const hsize_t chunk[4] = {7, C, H, W};
    const size_t labels = N * sizeof(int64_t), whole = labels + (size_t)N * ROW;
    const struct {
        bool chunks;
        size_t memory, held;
    } cases[] = {
        {false, labels - 1, 0},
        {false, labels, labels},
        {false, whole - 1, labels},
        {false, whole, whole},
        {true, labels + 20 * ROW, labels + 14 * ROW}, /* whole chunks */
        {true, labels + 6 * ROW, labels},
        {true, whole - 1, labels + 35 * ROW},
        {true, whole, whole},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const char *path =
            make("part.h5", H5T_STD_U8LE, cases[c].chunks ? chunk : NULL, cases[c].chunks);
        struct ls_arena arena;
        struct ls_source source;
        ls_arena_init(&arena);
        assert_int_equal(open_alone(&source, path, "x", "y", cases[c].memory, &arena), LS_OK);
        assert_int_equal(source.held, cases[c].held);
        assert_true(!source.note == (!cases[c].chunks || cases[c].held == whole));
        check_all(&source);
        ls_source_close(&source);
        ls_arena_release(&arena);
    }
}

static void where_no_memory_can_be_shared_the_file_is_read_and_a_note_says_so(void **state)
{
    (void)state;
    static const hsize_t chunk[4] = {7, C, H, W};
    for (int chunks = 0; chunks < 2; chunks++) {
        const char *path = make("refused.h5", H5T_STD_U8LE, chunks ? chunk : NULL, chunks);
        struct node node;
        struct ls_arena arena;
        struct ls_source source;
        ls_arena_init(&arena);
        node_init(&node, 2);
        node.refuses = true;
        assert_int_equal(open_as(&node, 1, &source, path, SIZE_MAX, &arena), LS_OK);
        assert_int_equal(source.held, 0);
        assert_non_null(source.note);
        assert_non_null(strstr(source.note, "refused.h5 is read from the file as it is needed: "
                                            "no room in shared memory"));
        check_all(&source);
        ls_source_close(&source);
        ls_arena_release(&arena);
        node_release(&node);
    }
}

static void samples_that_are_expected_are_read_as_ever(void **state)
{
    (void)state;
    const char *path = make("expected.h5", H5T_STD_I16LE, NULL, false);
    struct ls_arena arena;
    struct ls_source source;
    ls_arena_init(&arena);
    assert_int_equal(open_alone(&source, path, "x", "y", 0, &arena), LS_OK);
    const uint64_t soon[3] = {0, N - 1, 7};
    ls_source_expect(&source, soon, 3);
    check_all(&source);
    ls_source_close(&source);
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_of_a_node_read_disjoint_parts_of_one_copy),
        cmocka_unit_test(what_does_not_fit_is_read_from_the_file),
        cmocka_unit_test(where_no_memory_can_be_shared_the_file_is_read_and_a_note_says_so),
        cmocka_unit_test(samples_that_are_expected_are_read_as_ever),
    };
    return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
