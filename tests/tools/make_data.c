/* make_data FORMAT OUT KEY=VALUE...: writes synthetic data.
 *   h5        OUT with /x and /y
 *   npy idx   OUT-x.FORMAT and OUT-y.FORMAT
 *   csv tsv   OUT, with a line of names and the class in words
 *   images    OUT/CLASS/SAMPLE.png, the class in words
 * Keys: n x (dims, "3,8,8") k rare (1 sample in so many is of another class than 0) values ylen
 * type (u8 i16 f32 f64) chunk nan (a sample) label ("SAMPLE:VALUE") set ("SAMPLE:ELEMENT:VALUE",
 * SAMPLE may be all) target ("SAMPLE:VALUE"). With k and values, the classes are in /g of an h5
 * file. */
#include "tests/tools/make_data.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9E3779B97F4A7C15u + b * 0xD1B54A32D192ED03u + 0x2545F4914F6CDD1Du;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* In [-1, 1). */
static double draw(uint64_t a, uint64_t b)
{
    return (double)(mix(a, b) >> 11) / (double)(1ull << 52) - 1.0;
}

size_t data_sample_len(const struct data_spec *spec)
{
    size_t len = 1;
    for (int axis = 0; axis < spec->axes; axis++)
        len *= spec->dims[axis];
    return len;
}

/* What x is made of, whatever the label says. */
static long true_class(const struct data_spec *spec, size_t sample)
{
    if (spec->k == 0 || (spec->rare > 0 && mix(sample, 9) % spec->rare > 0))
        return 0;
    return (long)(mix(sample, 7) % spec->k);
}

long data_class(const struct data_spec *spec, size_t sample)
{
    return sample == spec->label_at ? spec->label : true_class(spec, sample);
}

double data_x(const struct data_spec *spec, size_t sample, size_t element)
{
    const uint64_t group = (uint64_t)true_class(spec, sample);
    const double value = draw(group + 1000, element) + 0.5 * draw(sample + 5000, element);
    if (sample == spec->nan_at && element == data_sample_len(spec) / 2)
        return (double)NAN;
    const bool all = spec->set_at == SIZE_MAX;
    if (element == spec->set_element && (all || sample == spec->set_at))
        return spec->set;
    if (spec->type == 'u')
        return floor(128.0 + 80.0 * value);
    return spec->type == 'i' ? floor(1000.0 * value) : value;
}

double data_value(const struct data_spec *spec, size_t sample, size_t column)
{
    if (sample == spec->target_at)
        return spec->target;
    const double x = data_x(spec, sample, column % data_sample_len(spec));
    return x * x + 0.25 * (double)column;
}

static size_t parse_number(const char *text)
{
    char *end = NULL;
    const unsigned long long value = strtoull(text, &end, 10);
    if (end == text || (*end && *end != ':')) {
        (void)fprintf(stderr, "make_data: %s is no number\n", text);
        exit(1);
    }
    return (size_t)value;
}

static void parse_dims(struct data_spec *spec, const char *text)
{
    spec->axes = 0;
    for (char *end = NULL; spec->axes < 3 && *text; text = *end ? end + 1 : end)
        spec->dims[spec->axes++] = (size_t)strtoull(text, &end, 10);
}

static void parse_label(struct data_spec *spec, const char *text)
{
    const char *const colon = strchr(text, ':');
    spec->label_at = parse_number(text);
    spec->label = colon ? strtol(colon + 1, NULL, 10) : 0;
}

static void parse_set(struct data_spec *spec, const char *text)
{
    const char *const element = strchr(text, ':');
    const char *const value = element ? strchr(element + 1, ':') : NULL;
    spec->set_at = strncmp(text, "all", 3) == 0 ? SIZE_MAX : parse_number(text);
    spec->set_element = element ? parse_number(element + 1) : 0;
    spec->set = value ? strtod(value + 1, NULL) : 0;
}

static void parse_target(struct data_spec *spec, const char *text)
{
    const char *const colon = strchr(text, ':');
    spec->target_at = parse_number(text);
    spec->target = colon ? strtod(colon + 1, NULL) : 0;
}

static void parse(struct data_spec *spec, const char *argument)
{
    const char *const equals = strchr(argument, '=');
    const char *const value = equals ? equals + 1 : "";
    const struct {
        const char *key;
        size_t *to;
    } numbers[] = {{"n=", &spec->n},           {"k=", &spec->k},        {"rare=", &spec->rare},
                   {"values=", &spec->values}, {"ylen=", &spec->y_len}, {"chunk=", &spec->chunk},
                   {"nan=", &spec->nan_at}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strncmp(argument, numbers[i].key, strlen(numbers[i].key)) == 0) {
            *numbers[i].to = parse_number(value);
            return;
        }
    if (strncmp(argument, "x=", 2) == 0)
        parse_dims(spec, value);
    else if (strncmp(argument, "label=", 6) == 0)
        parse_label(spec, value);
    else if (strncmp(argument, "set=", 4) == 0)
        parse_set(spec, value);
    else if (strncmp(argument, "target=", 7) == 0)
        parse_target(spec, value);
    else if (strncmp(argument, "type=", 5) == 0)
        spec->type = strcmp(value, "f64") == 0 ? 'd' : value[0];
    else {
        (void)fprintf(stderr, "make_data: what is %s?\n", argument);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    struct data_spec spec = {.n = 100,
                             .axes = 1,
                             .dims = {8},
                             .type = 'f',
                             .y_len = SIZE_MAX,
                             .nan_at = SIZE_MAX,
                             .label_at = SIZE_MAX,
                             .set_element = SIZE_MAX,
                             .target_at = SIZE_MAX};
    if (argc < 3)
        return 1;
    for (int i = 3; i < argc; i++)
        parse(&spec, argv[i]);
    spec.y_len = spec.y_len == SIZE_MAX ? spec.n : spec.y_len;
    const char *const format = argv[1];
    if (strcmp(format, "h5") == 0)
        data_write_h5(&spec, argv[2]);
    else if (strcmp(format, "npy") == 0)
        data_write_npy(&spec, argv[2]);
    else if (strcmp(format, "idx") == 0)
        data_write_idx(&spec, argv[2]);
    else if (strcmp(format, "images") == 0)
        data_write_images(&spec, argv[2]);
    else
        data_write_table(&spec, argv[2], strcmp(format, "csv") == 0 ? ',' : '\t');
    return 0;
}
