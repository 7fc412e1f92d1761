/* Small synthetic data for the tests of the program: classes that lie apart, or values that are a
 * function of x; the same at every call. */
#ifndef LOCKSTEP_TESTS_TOOLS_MAKE_DATA_H
#define LOCKSTEP_TESTS_TOOLS_MAKE_DATA_H

#include <stddef.h>

struct data_spec {
    size_t n;       /* samples */
    int axes;       /* of x, without the samples' */
    size_t dims[3]; /* of a sample */
    size_t k;       /* classes, or 0 */
    size_t rare;    /* 1 sample in so many is of another class than 0; 0: classes are alike */
    size_t values;  /* real labels of each sample, 0: classes or none */
    size_t y_len;   /* length of y, n unless the file is to be wrong */
    char type;      /* of x: u (8 bit), i (16 bit), f, d (64 bit) */
    size_t chunk;   /* samples of a compressed chunk, 0: contiguous */
    /* what is wrong: the sample, or SIZE_MAX */
    size_t nan_at, label_at;
    long label;
    size_t set_at, set_element; /* this value of this sample (SIZE_MAX: of all) is `set` */
    double set;
    size_t target_at; /* the targets of this sample are `target` */
    double target;
};

size_t data_sample_len(const struct data_spec *spec);
long data_class(const struct data_spec *spec, size_t sample);
double data_x(const struct data_spec *spec, size_t sample, size_t element);
double data_value(const struct data_spec *spec, size_t sample, size_t column);

/* Write the data; end the program when they cannot. */
void data_write_h5(const struct data_spec *spec, const char *path);
void data_write_npy(const struct data_spec *spec, const char *prefix);
void data_write_idx(const struct data_spec *spec, const char *prefix);
void data_write_table(const struct data_spec *spec, const char *path, char separator);
void data_write_images(const struct data_spec *spec, const char *folder);

#endif
