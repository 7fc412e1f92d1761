/* Descriptions by the C interface of oneDNN 3: opaque tensors, primitives in one call. */
#include "src/engine/onednn.h"

#if DNNL_VERSION_MAJOR >= 3

static dnnl_memory_desc_t describe(const struct ls_onednn_tensor *tensor, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t desc = NULL;
    LS_ONEDNN_DO(
        dnnl_memory_desc_create_with_tag(&desc, tensor->axes, tensor->dims, dnnl_f32, tag));
    return desc;
}

struct tensors {
    dnnl_memory_desc_t x, w, b, y;
};

static dnnl_status_t describe_conv(const struct ls_onednn_shape *s, enum ls_onednn_part part,
                                   const struct tensors *t, const_dnnl_primitive_desc_t forward,
                                   dnnl_primitive_desc_t *desc)
{
    const dnnl_engine_t engine = ls_onednn_engine();
    const_dnnl_memory_desc_t bias = s->bias ? t->b : NULL;
    switch (part) {
    case LS_FORWARD:
        return dnnl_convolution_forward_primitive_desc_create(
            desc, engine, dnnl_forward_training, dnnl_convolution_direct, t->x, t->w, bias, t->y,
            s->stride, s->dilation, s->pad, s->pad, ls_onednn_attr());
    case LS_BACKWARD_DATA:
        return dnnl_convolution_backward_data_primitive_desc_create(
            desc, engine, dnnl_convolution_direct, t->x, t->w, t->y, s->stride, s->dilation, s->pad,
            s->pad, forward, ls_onednn_attr());
    default:
        return dnnl_convolution_backward_weights_primitive_desc_create(
            desc, engine, dnnl_convolution_direct, t->x, t->w, bias, t->y, s->stride, s->dilation,
            s->pad, s->pad, forward, ls_onednn_attr());
    }
}

static dnnl_status_t describe_dense(const struct ls_onednn_shape *s, enum ls_onednn_part part,
                                    const struct tensors *t, const_dnnl_primitive_desc_t forward,
                                    dnnl_primitive_desc_t *desc)
{
    const dnnl_engine_t engine = ls_onednn_engine();
    const_dnnl_memory_desc_t bias = s->bias ? t->b : NULL;
    switch (part) {
    case LS_FORWARD:
        return dnnl_inner_product_forward_primitive_desc_create(
            desc, engine, dnnl_forward_training, t->x, t->w, bias, t->y, ls_onednn_attr());
    case LS_BACKWARD_DATA:
        return dnnl_inner_product_backward_data_primitive_desc_create(
            desc, engine, t->x, t->w, t->y, forward, ls_onednn_attr());
    default:
        return dnnl_inner_product_backward_weights_primitive_desc_create(
            desc, engine, t->x, t->w, bias, t->y, forward, ls_onednn_attr());
    }
}

dnnl_status_t ls_onednn_describe(const struct ls_onednn_shape *shape, enum ls_onednn_part part,
                                 const_dnnl_primitive_desc_t forward, dnnl_primitive_desc_t *desc)
{
    const struct tensors t = {
        describe(&shape->x, shape->x.tag),
        describe(&shape->w, shape->packs[part] ? dnnl_format_tag_any : shape->w.tag),
        describe(&shape->b, shape->b.tag), describe(&shape->y, shape->y.tag)};
    const dnnl_status_t status = shape->dense ? describe_dense(shape, part, &t, forward, desc)
                                              : describe_conv(shape, part, &t, forward, desc);
    LS_ONEDNN_DO(dnnl_memory_desc_destroy(t.x));
    LS_ONEDNN_DO(dnnl_memory_desc_destroy(t.w));
    LS_ONEDNN_DO(dnnl_memory_desc_destroy(t.b));
    LS_ONEDNN_DO(dnnl_memory_desc_destroy(t.y));
    return status;
}

dnnl_status_t ls_onednn_describe_reorder(const struct ls_onednn_tensor *slab, ls_onednn_desc packed,
                                         bool to_slab, dnnl_primitive_desc_t *desc)
{
    const dnnl_memory_desc_t plain = describe(slab, slab->tag);
    const dnnl_status_t status = dnnl_reorder_primitive_desc_create(
        desc, to_slab ? packed : plain, ls_onednn_engine(), to_slab ? plain : packed,
        ls_onednn_engine(), ls_onednn_attr());
    LS_ONEDNN_DO(dnnl_memory_desc_destroy(plain));
    return status;
}

bool ls_onednn_is_slab(const struct ls_onednn_tensor *slab, ls_onednn_desc desc)
{
    const dnnl_memory_desc_t plain = describe(slab, slab->tag);
    const bool same = dnnl_memory_desc_equal(plain, desc) != 0;
    LS_ONEDNN_DO(dnnl_memory_desc_destroy(plain));
    return same;
}

#endif
