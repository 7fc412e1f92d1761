#include <math.h>

#include "tests/launch/importing.h"

static void idx_images_get_a_channel(void **state)
{
    (void)state;
    PUT("a", "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x01\x02\x03\xff");
    PUT("b", "\0\0\x08\x01\0\0\0\x02\x01\x00");
    assert_int_equal(import("idx a b"), LS_OK);
    holds((struct ls_shape){3, 1, 1, 2}, 2, (const float[]){1, 2, 3, 255}, (const int64_t[]){1, 0},
          NULL, "");
}

static void idx_numbers_are_big_endian(void **state)
{
    (void)state;
    PUT("a", "\0\0\x0b\x02\0\0\0\x02\0\0\0\x01\x01\x00\xff\xfe");
    assert_int_equal(import("idx a"), LS_OK);
    holds((struct ls_shape){1, 1, 1, 1}, 2, (const float[]){256, -2}, NULL, NULL, "");
}

static void idx_sizes_are_checked_against_the_file(void **state)
{
    (void)state;
    PUT("a", "\0\0\x08\x02\0\0\0\x02\0\0\0\x02\x01\x02\x03");
    refuses("idx a", "a: too short: 4 bytes of data expected, 3 found");
    PUT("a", "\0\0\x08\x02\0\0\0\x01\0\0\0\x02\x01\x02\x03");
    refuses("idx a", "a: more than it should hold: 2 bytes of data expected, 3 found");
    PUT("a", "\0\0\x0e\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    refuses("idx a", "a: its header claims more numbers than fit into memory");
    PUT("a", "\0\0\x07\x01\0\0\0\x01\0");
    refuses("idx a", "a: is not an idx file");
    PUT("a", "\0\0");
    refuses("idx a", "a: ends 2 bytes too early");
    PUT("a", "\0\0\x08\x02\0\0\0\x01\0\0\0\x01\x05");
    PUT("b", "\0\0\x09\x01\0\0\0\x01\xff");
    refuses("idx a b", "b: the label of sample 0 is -1; classes count from 0");
    PUT("b", "\0\0\x08\x01\0\0\0\x02\x01\x01");
    refuses("idx a b", "b: 2 labels for 1 samples");
}

static void put_npy(const char *path, char version, const char *header, const char *data,
                    size_t len)
{
    char bytes[256] = "\x93NUMPY";
    const size_t header_len = strlen(header), prefix = version == 1 ? 10 : 12;
    bytes[6] = version;
    bytes[8] = (char)header_len;
    memcpy(bytes + prefix, header, header_len);
    memcpy(bytes + prefix + header_len, data, len);
    put(path, bytes, prefix + header_len + len);
}

static void npy_arrays_of_both_byte_orders_are_read(void **state)
{
    (void)state;
    put_npy("a", 1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 1), }\n",
            "\x3f\x80\0\0\xc0\0\0\0", 8);
    put_npy("b", 2, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,)}  \n",
            "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    const struct ls_shape shape = {1, 1, 1, 1};
    assert_int_equal(import("npy a b"), LS_OK);
    holds(shape, 2, (const float[]){1, -2}, (const int64_t[]){1, 0}, NULL, "");
    assert_int_equal(import("npy a a"), LS_OK);
    holds(shape, 2, (const float[]){1, -2}, NULL, (const float[]){1, -2}, "");
    put_npy("a", 3, "{'descr': '<f2', 'fortran_order': False, 'shape': (3,)}",
            "\x00\x3c\x01\x00\x00\xfc", 6);
    assert_int_equal(import("npy a"), LS_OK);
    holds(shape, 3, (const float[]){1, 0x1p-24f, -INFINITY}, NULL, NULL, "");
}

static void npy_headers_are_read_strictly(void **state)
{
    (void)state;
    put_npy("a", 1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "", 0);
    refuses("npy a", "a: numbers of the type '|O' are not supported");
    put_npy("a", 1, "{'descr': [('x', '<f4')]}", "", 0);
    refuses("npy a", "a: numbers of the type [('x' are not supported");
    put_npy("a", 1, "{'descr': '<f4', 'fortran_order': False}", "", 0);
    refuses("npy a", "a: its header cannot be read");
    put_npy("a", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1)}", "", 0);
    refuses("npy a", "a: its header cannot be read");
    put_npy("a", 1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", "", 0);
    refuses("npy a", "a: is in Fortran order; save numpy.ascontiguousarray(x)");
    put_npy("a", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (9000000000, 9000000000)}",
            "", 0);
    refuses("npy a", "a: its header claims more numbers than fit into memory");
    PUT("a", "\x93NUMPY\x02\x00\xff\xff\xff\xff{");
    refuses("npy a", "a: a header of 4294967295 bytes");
    PUT("a", "\x93NUMPY\x01\x00\xff\x00{");
    refuses("npy a", "a: ends 254 bytes too early");
}

static void csv_texts_become_classes_in_alphabetical_order(void **state)
{
    (void)state;
    PUT("a", "\xef\xbb\xbfheight,\"the, name\",class\r\n1.5,2,\"old \"\"oak\"\"\"\r\n\r\n"
             " -1e3 ,0,ash\r\n");
    assert_int_equal(import("csv a"), LS_OK);
    holds((struct ls_shape){1, 2, 1, 1}, 2, (const float[]){1.5f, 2, -1000, 0},
          (const int64_t[]){1, 0}, NULL, "ash old \"oak\" ");
}

static void csv_whole_numbers_are_mapped_only_where_they_must_be(void **state)
{
    (void)state;
    PUT("a", "1,0\n2,1\n3,2.0\n");
    assert_int_equal(import("csv a"), LS_OK);
    holds((struct ls_shape){1, 1, 1, 1}, 3, (const float[]){1, 2, 3}, (const int64_t[]){0, 1, 2},
          NULL, "");
    PUT("a", "y,a\n10,1\n-1,2\n9,3\n");
    assert_int_equal(import("csv a"), LS_OK);
    holds((struct ls_shape){1, 1, 1, 1}, 3, (const float[]){1, 2, 3}, (const int64_t[]){2, 0, 1},
          NULL, "-1 9 10 ");
}

static void csv_fractions_and_several_columns_are_values(void **state)
{
    (void)state;
    PUT("a", "a,b,c\n1,2,3\n4,5,6.5\n");
    assert_int_equal(import("csv a"), LS_OK);
    holds((struct ls_shape){1, 2, 1, 1}, 2, (const float[]){1, 2, 4, 5}, NULL,
          (const float[]){3, 6.5f}, "");
    assert_int_equal(import("csv a --label c,1"), LS_OK);
    holds((struct ls_shape){1, 1, 1, 1}, 2, (const float[]){2, 5}, NULL,
          (const float[]){3, 1, 6.5f, 4}, "");
    PUT("a", "1,2\n3,4\n");
    assert_int_equal(import("csv a --task values"), LS_OK);
    holds((struct ls_shape){1, 1, 1, 1}, 2, (const float[]){1, 3}, NULL, (const float[]){2, 4}, "");
}

static void csv_faults_are_placed_by_line_and_column(void **state)
{
    (void)state;
    PUT("a", "p,q,y\n1,2,0\n1,x,1\n");
    refuses("csv a", "a:3: q: a number is expected, got \"x\"");
    PUT("a", "p,q,y\n1,2,0\n1,2\n");
    refuses("csv a", "a:3: 2 fields, where the first line has 3");
    PUT("a", "p,q,y\n1,?,0\n");
    refuses("csv a", "a:2: q: a number is missing (--missing VALUE fills features), got \"?\"");
    assert_int_equal(import("csv a --missing -9"), LS_OK);
    holds((struct ls_shape){1, 2, 1, 1}, 1, (const float[]){1, -9}, (const int64_t[]){0}, NULL, "");
    PUT("a", "p,y\n1,\n");
    refuses("csv a", "a:2: y: a label is missing, got \"\"");
    PUT("a", "p,y\n\"1,2\n");
    refuses("csv a", "a:2: a quote is not closed");
    PUT("a", "p,y\n1e39,2\n");
    refuses("csv a", "a:2: p: a number is expected, got \"1e39\"");
    PUT("a", "p,y\n");
    refuses("csv a", "no samples");
    PUT("a", "");
    refuses("csv a", "a: is empty");
}

static void an_existing_file_is_kept_without_force(void **state)
{
    (void)state;
    char *argv[] = {(char[]){"lockstep"}, (char[]){"import"}, (char[]){"csv"},
                    (char[]){"a"},        (char[]){"--out"},  (char[]){"b"}};
    struct ls_arena arena;
    struct ls_cli cli;
    PUT("a", "1,0\n");
    PUT("b", "precious");
    ls_arena_init(&arena);
    assert_int_equal(ls_cli_parse(ls_commands, 6, argv, &arena, &cli), LS_OK);
    assert_int_equal(cli.call.ops->run(&cli.call), LS_USAGE);
    assert_string_equal(ls_message(), "b exists already; --force replaces it");
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx_images_get_a_channel),
        cmocka_unit_test(idx_numbers_are_big_endian),
        cmocka_unit_test(idx_sizes_are_checked_against_the_file),
        cmocka_unit_test(npy_arrays_of_both_byte_orders_are_read),
        cmocka_unit_test(npy_headers_are_read_strictly),
        cmocka_unit_test(csv_texts_become_classes_in_alphabetical_order),
        cmocka_unit_test(csv_whole_numbers_are_mapped_only_where_they_must_be),
        cmocka_unit_test(csv_fractions_and_several_columns_are_values),
        cmocka_unit_test(csv_faults_are_placed_by_line_and_column),
        cmocka_unit_test(an_existing_file_is_kept_without_force),
    };
    return cmocka_run_group_tests(tests, import_setup, import_teardown);
}
