/* A damaged checkpoint is never taken for a good one. */
#include "tests/io/checkpoints.h"

enum { FLIPS = 500 };

/* HDF5 1.10 itself loses some memory when it refuses damaged metadata; asked by the leak
 * sanitizer, where the test is built with it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5\n";
}

/* Reads damaged bytes: true when refused, or when nothing but padding was hit. */
static bool is_harmless(const struct ls_checkpoint *good, const unsigned char *bytes, size_t len,
                        size_t *refused)
{
    const char *path = temp_path("damaged.h5");
    temp_write(path, bytes, len);
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_checkpoint read;
    const ls_status status = ls_checkpoint_read(path, &read, &arena);
    const bool harmless = status == LS_DATA || (status == LS_OK && same_checkpoint(good, &read));
    *refused += status == LS_DATA;
    ls_arena_release(&arena);
    return harmless;
}

static void flipped_bits_are_found_or_harmless(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    const struct ls_checkpoint good = make_checkpoint(&arena, 200, 1);
    assert_int_equal(ls_checkpoint_write(temp_path("good.h5"), &good), LS_OK);
    size_t len, refused = 0;
    unsigned char *bytes = temp_read(temp_path("good.h5"), &len);
    for (size_t i = 0; i < FLIPS; i++) {
        const size_t at = i * len / FLIPS;
        const unsigned char kept = bytes[at];
        bytes[at] = (unsigned char)(kept ^ (1u << i % 8));
        if (!is_harmless(&good, bytes, len, &refused))
            fail_msg("bit %zu of byte %zu changed the checkpoint unseen", i % 8, at);
        bytes[at] = kept;
    }
    assert_true(refused > FLIPS / 4);
    test_free(bytes);
    ls_arena_release(&arena);
}

static void a_cut_file_is_refused(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    const struct ls_checkpoint good = make_checkpoint(&arena, 200, 1);
    assert_int_equal(ls_checkpoint_write(temp_path("good.h5"), &good), LS_OK);
    size_t len, refused = 0, cuts = 0;
    unsigned char *bytes = temp_read(temp_path("good.h5"), &len);
    for (size_t cut = 0; cut < len; cut += len / 40) {
        assert_true(is_harmless(&good, bytes, cut, &refused));
        cuts++;
    }
    assert_true(is_harmless(&good, bytes, len - 1, &refused));
    assert_int_equal(refused, cuts + 1);
    test_free(bytes);
    ls_arena_release(&arena);
}

/* One byte of a checkpoint changed at `places` places chosen at random, everywhere in the file. */
static size_t change_bytes(const char *path, size_t places, size_t *refused)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_checkpoint good;
    assert_int_equal(ls_checkpoint_read(path, &good, &arena), LS_OK);
    size_t len, wrong = 0;
    unsigned char *bytes = temp_read(path, &len);
    uint64_t draw = 88172645463325252U;
    for (size_t i = 0; i < places; i++) {
        draw ^= draw << 13, draw ^= draw >> 7, draw ^= draw << 17;
        const size_t at = (size_t)(draw % len);
        const unsigned char kept = bytes[at], change = (unsigned char)(1 + (draw >> 40) % 255);
        bytes[at] = (unsigned char)(kept ^ change);
        const bool harmless = is_harmless(&good, bytes, len, refused);
        if (!harmless)
            (void)printf("byte %zu, 0x%02x for 0x%02x: taken for good\n", at, bytes[at], kept);
        wrong += !harmless;
        bytes[at] = kept;
    }
    test_free(bytes);
    ls_arena_release(&arena);
    return wrong;
}

static void changed_bytes_are_found_or_harmless(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    const struct ls_checkpoint good = make_checkpoint(&arena, 2000, 1);
    assert_int_equal(ls_checkpoint_write(temp_path("good.h5"), &good), LS_OK);
    size_t refused = 0;
    assert_int_equal(change_bytes(temp_path("good.h5"), FLIPS, &refused), 0);
    assert_true(refused > FLIPS / 4);
    ls_arena_release(&arena);
}

/* test_damage FILE PLACES: the same for a checkpoint of the program. */
static int try_file(const char *path, const char *places)
{
    void *state = NULL;
    size_t refused = 0;
    const size_t n = (size_t)strtoul(places, NULL, 10);
    if (n == 0 || temp_setup(&state) != 0)
        return 2;
    const size_t wrong = change_bytes(path, n, &refused);
    (void)printf("%zu places: %zu refused, %zu harmless, %zu taken for good\n", n, refused,
                 n - refused - wrong, wrong);
    return temp_teardown(&state) != 0 || wrong > 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return try_file(argv[1], argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flipped_bits_are_found_or_harmless),
        cmocka_unit_test(changed_bytes_are_found_or_harmless),
        cmocka_unit_test(a_cut_file_is_refused),
    };
    return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
