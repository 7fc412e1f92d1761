#include "io/convert.h"

#include "src/base/vector.h"

#define CONVERT(name, type)                                                                        \
    LS_VECTOR static void name(const void *restrict src, size_t n, float *restrict dst)            \
    {                                                                                              \
        const type *values = src;                                                                  \
        for (size_t i = 0; i < n; i++)                                                             \
            dst[i] = (float)values[i];                                                             \
    }

CONVERT(from_i8, int8_t)
CONVERT(from_u8, uint8_t)
CONVERT(from_i16, int16_t)
CONVERT(from_u16, uint16_t)
CONVERT(from_i32, int32_t)
CONVERT(from_u32, uint32_t)
CONVERT(from_f32, float)
CONVERT(from_f64, double)

ls_convert *ls_convert_find(hid_t type)
{
    const struct {
        hid_t type;
        ls_convert *convert;
    } table[] = {
        {H5T_NATIVE_INT8, from_i8},    {H5T_NATIVE_UINT8, from_u8},   {H5T_NATIVE_INT16, from_i16},
        {H5T_NATIVE_UINT16, from_u16}, {H5T_NATIVE_INT32, from_i32},  {H5T_NATIVE_UINT32, from_u32},
        {H5T_NATIVE_FLOAT, from_f32},  {H5T_NATIVE_DOUBLE, from_f64},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (H5Tequal(type, table[i].type) > 0)
            return table[i].convert;
    return NULL;
}
