/* A bench for one layer: plans it from arguments as a job gives them, cuts a batch into unequal
 * shards (some of them empty), runs forward and backward with exchanges up the fixed tree, and
 * checks what every layer owes: gradients that match finite differences, results that do not
 * depend on the shards, nothing written outside its arrays, nothing left unwritten. In double. */
#ifndef LOCKSTEP_TESTS_LAYERS_RIG_H
#define LOCKSTEP_TESTS_LAYERS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/layers/layer.h"

/* How layers are called; all but the first as far as the layer's traits allow. */
enum rig_way {
    RIG_PLAIN,
    RIG_FORGETFUL, /* before backward, x and y that it does not read turn into NaN */
    RIG_IN_PLACE,
    RIG_SHARING_DY,
    RIG_IN_RUNS /* a shard in runs of samples */
};

struct rig {
    struct ls_arena arena;
    struct ls_layer layer;
    size_t n; /* samples of the global batch */
    uint64_t step;
    bool training;
    enum rig_way way;
    real *x[LS_MAX_INPUTS], *dx[LS_MAX_INPUTS]; /* (n, in[i]) */
    real *y, *dy;                               /* (n, out) */
    real *grad[LS_MAX_PARAMS];
};

/** Plans a layer. `arguments` is name, value, name, value, ..., NULL; a value "3,5" is a list.
 *  Leaves the status of plan, whose message ls_message has.  Owner: caller, rig_release. */
ls_status rig_plan(struct rig *rig, const char *kind, const char *const *arguments, int n_in,
                   const struct ls_shape *in);

/** Takes a batch of n samples: allocates, and fills x, dy and the parameters at random. */
void rig_load(struct rig *rig, size_t n);

/** Forward, then backward, over `shards` shards. */
void rig_run(struct rig *rig, int shards);

void rig_release(struct rig *rig);

/** Asserts that dx and the parameters' gradients match central differences, relative 1e-6. */
void rig_check_gradients(struct rig *rig);

/** Asserts that 1, 3 and 8 shards give the same y, dx and gradients to 1e-12. */
void rig_check_shards(struct rig *rig);

/** Asserts that every way that the layer's traits allow gives the bits of the plain one. */
void rig_check_traits(struct rig *rig);

/** One shard's passes, in the rig's way; rig_forget is due between them. */
void rig_forward(const struct rig *rig, const struct ls_call *call);
void rig_forget(const struct rig *rig, const struct ls_call *call);
void rig_backward(const struct rig *rig, const struct ls_call *call);

/** Plans, loads n samples, and makes all three checks; asserts the shape of the output. */
void rig_check(const char *kind, const char *const *arguments, int n_in, const struct ls_shape *in,
               size_t n, struct ls_shape out);

/** Asserts that plan refuses, with exactly this message. */
void rig_check_refusal(const char *kind, const char *const *arguments, int n_in,
                       const struct ls_shape *in, const char *message);

/** Runs an activation on (len) values and asserts y, relative 1e-13. */
void rig_check_values(const char *kind, const char *const *arguments, size_t len, const double *x,
                      const double *y);

/** Asserts |have - want| <= tolerance * max(1, |want|) for every element. */
void rig_expect(const real *have, const double *want, size_t len, double tolerance);

#endif
