/* Descriptions by the C interface of oneDNN 2: structs of operations first. */
#include "src/engine/onednn.h"

#if DNNL_VERSION_MAJOR < 3

static dnnl_memory_desc_t describe(const struct ls_onednn_tensor *tensor, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t desc;
    LS_ONEDNN_DO(dnnl_memory_desc_init_by_tag(&desc, tensor->axes, tensor->dims, dnnl_f32, tag));
    return desc;
}

union operation {
    dnnl_convolution_desc_t conv;
    dnnl_inner_product_desc_t dense;
};

static dnnl_status_t describe_conv(const struct ls_onednn_shape *s, enum ls_onednn_part part,
                                   dnnl_convolution_desc_t *op)
{
    const dnnl_memory_desc_t x = describe(&s->x, s->x.tag), y = describe(&s->y, s->y.tag);
    const dnnl_memory_desc_t w = describe(&s->w, s->packs[part] ? dnnl_format_tag_any : s->w.tag),
                             b = describe(&s->b, s->b.tag);
    const dnnl_memory_desc_t *const bias = s->bias ? &b : NULL;
    switch (part) {
    case LS_FORWARD:
        return dnnl_dilated_convolution_forward_desc_init(op, dnnl_forward_training,
                                                          dnnl_convolution_direct, &x, &w, bias, &y,
                                                          s->stride, s->dilation, s->pad, s->pad);
    case LS_BACKWARD_DATA:
        return dnnl_dilated_convolution_backward_data_desc_init(
            op, dnnl_convolution_direct, &x, &w, &y, s->stride, s->dilation, s->pad, s->pad);
    default:
        return dnnl_dilated_convolution_backward_weights_desc_init(
            op, dnnl_convolution_direct, &x, &w, bias, &y, s->stride, s->dilation, s->pad, s->pad);
    }
}

static dnnl_status_t describe_dense(const struct ls_onednn_shape *s, enum ls_onednn_part part,
                                    dnnl_inner_product_desc_t *op)
{
    const dnnl_memory_desc_t x = describe(&s->x, s->x.tag), y = describe(&s->y, s->y.tag);
    const dnnl_memory_desc_t w = describe(&s->w, s->packs[part] ? dnnl_format_tag_any : s->w.tag),
                             b = describe(&s->b, s->b.tag);
    const dnnl_memory_desc_t *const bias = s->bias ? &b : NULL;
    switch (part) {
    case LS_FORWARD:
        return dnnl_inner_product_forward_desc_init(op, dnnl_forward_training, &x, &w, bias, &y);
    case LS_BACKWARD_DATA:
        return dnnl_inner_product_backward_data_desc_init(op, &x, &w, &y);
    default:
        return dnnl_inner_product_backward_weights_desc_init(op, &x, &w, bias, &y);
    }
}

dnnl_status_t ls_onednn_describe(const struct ls_onednn_shape *shape, enum ls_onednn_part part,
                                 const_dnnl_primitive_desc_t forward, dnnl_primitive_desc_t *desc)
{
    union operation op;
    const dnnl_status_t status = shape->dense ? describe_dense(shape, part, &op.dense)
                                              : describe_conv(shape, part, &op.conv);
    if (status != dnnl_success)
        return status;
    return dnnl_primitive_desc_create(desc, &op, ls_onednn_attr(), ls_onednn_engine(), forward);
}

dnnl_status_t ls_onednn_describe_reorder(const struct ls_onednn_tensor *slab, ls_onednn_desc packed,
                                         bool to_slab, dnnl_primitive_desc_t *desc)
{
    const dnnl_memory_desc_t plain = describe(slab, slab->tag);
    return dnnl_reorder_primitive_desc_create(desc, to_slab ? packed : &plain, ls_onednn_engine(),
                                              to_slab ? &plain : packed, ls_onednn_engine(),
                                              ls_onednn_attr());
}

bool ls_onednn_is_slab(const struct ls_onednn_tensor *slab, ls_onednn_desc desc)
{
    const dnnl_memory_desc_t plain = describe(slab, slab->tag);
    return dnnl_memory_desc_equal(&plain, desc) != 0;
}

#endif
