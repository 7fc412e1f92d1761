#include "launch/import/elements.h"

#include <math.h>
#include <string.h>

bool ls_number_type_ok(struct ls_number_type type)
{
    const size_t bytes = type.bytes;
    switch (type.kind) {
    case 'b':
        return bytes == 1;
    case 'u':
    case 'i':
        return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    case 'f':
        return bytes == 2 || bytes == 4 || bytes == 8;
    default:
        return false;
    }
}

enum ls_element ls_number_element(struct ls_number_type type)
{
    if (type.kind == 'f')
        return type.bytes == 8 ? LS_F64 : LS_F32;
    if (type.bytes == 1)
        return type.kind == 'i' ? LS_I16 : LS_U8;
    if (type.bytes == 2)
        return type.kind == 'i' ? LS_I16 : LS_I32;
    return type.bytes == 4 && type.kind == 'i' ? LS_I32 : LS_F64;
}

static uint64_t load(struct ls_number_type type, const unsigned char *bytes)
{
    uint64_t word = 0;
    for (size_t i = 0; i < type.bytes; i++)
        word = word << 8 | bytes[type.big_endian ? i : type.bytes - 1 - i];
    return word;
}

/* IEEE half precision: 1 sign, 5 exponent, 10 fraction bits. */
static double half(uint64_t word)
{
    const int exponent = (int)(word >> 10 & 31);
    const double fraction = (double)(word & 1023);
    double value = ldexp(fraction + 1024, exponent - 25);
    if (exponent == 0)
        value = ldexp(fraction, -24);
    else if (exponent == 31)
        value = fraction > 0 ? (double)NAN : (double)INFINITY;
    return word >> 15 ? -value : value;
}

static double real_of(struct ls_number_type type, uint64_t word)
{
    if (type.bytes == 2)
        return half(word);
    if (type.bytes == 8) {
        double value;
        memcpy(&value, &word, sizeof value);
        return value;
    }
    const uint32_t low = (uint32_t)word;
    float value;
    memcpy(&value, &low, sizeof value);
    return (double)value;
}

double ls_number_decode(struct ls_number_type type, const void *bytes)
{
    const uint64_t word = load(type, bytes);
    if (type.kind == 'f')
        return real_of(type, word);
    const unsigned unused = (unsigned)(64 - 8 * type.bytes);
    if (type.kind == 'i')
        return (double)((int64_t)(word << unused) >> unused);
    return (double)word;
}

static void store(double value, enum ls_element element, char *out)
{
    const uint8_t u8 = element == LS_U8 ? (uint8_t)value : 0;
    const int16_t i16 = element == LS_I16 ? (int16_t)value : 0;
    const int32_t i32 = element == LS_I32 ? (int32_t)value : 0;
    const float f32 = element == LS_F32 ? (float)value : 0;
    const struct {
        const void *value;
        size_t bytes;
    } as[] = {[LS_U8] = {&u8, sizeof u8},
              [LS_I16] = {&i16, sizeof i16},
              [LS_I32] = {&i32, sizeof i32},
              [LS_F32] = {&f32, sizeof f32},
              [LS_F64] = {&value, sizeof value}};
    memcpy(out, as[element].value, as[element].bytes);
}

void ls_numbers_convert(struct ls_number_type type, size_t len, const void *in,
                        enum ls_element element, void *out)
{
    static const size_t bytes[] = {
        [LS_U8] = 1, [LS_I16] = 2, [LS_I32] = 4, [LS_F32] = 4, [LS_F64] = 8};
    if (type.bytes == 1 && element == LS_U8) {
        memcpy(out, in, len);
        return;
    }
    for (size_t i = 0; i < len; i++)
        store(ls_number_decode(type, (const char *)in + i * type.bytes), element,
              (char *)out + i * bytes[element]);
}
