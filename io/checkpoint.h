/* Checkpoints in HDF5. Writing: a temporary file in the same folder, fsync, read back and verify,
 * rename, fsync of the folder. Every dataset is chunked with Fletcher32, object headers carry
 * checksums (libver v110), so HDF5 finds a flipped bit on reading.
 *
 *   /model/LAYER/PARAM           float32, PyTorch's shapes and names
 *   /optimizer/SLOT/LAYER/PARAM  float32
 *   /normalize/mean, std         float32 (C), where the job normalises
 *   /job                         the resolved job, one fixed-length string in an array of 1
 *   /classes                     class names, fixed-length strings, where the data names them
 *   root attributes              format = "lockstep checkpoint", format_version, epoch, step,
 *                                sample, seed, shards, input_shape, engine (text), libm (text),
 *                                best_metric (double, NaN: none yet), best_step, skipped,
 *                                rollbacks, lr_factor (what became of refused steps), checksum (of
 *                                all that the file says: checkpoint_sum.c)
 *
 * A file that tells of a failure has arrays beside these, and /failure/error with the words.
 *
 *   /sampler/loss                float32 (N), where the job has sampler.hard: the remembered loss
 * of every sample of the dataset, NaN where there is none yet /sampler/pool                float32
 * (N), where hard examples are drawn: the loss with which a sample lies in the pool that is drawn
 * from, NaN where it does not
 *
 * /sampler is a group with attributes `epoch` and `position`. */
#ifndef LOCKSTEP_IO_CHECKPOINT_H
#define LOCKSTEP_IO_CHECKPOINT_H

#include <stdint.h>

#include "src/base/arena.h"
#include "src/base/dims.h"

/* One float32 tensor under its full path, "/model/conv1/weight", in file layout. */
struct ls_tensor {
    const char *path;
    int axes;
    size_t dims[4];
    float *data; /* row-major */
};

enum ls_array_type { LS_ARRAY_F32, LS_ARRAY_F64, LS_ARRAY_I32, LS_ARRAY_U64 };

/* An array beside the tensors; axes 0: none. */
struct ls_array {
    const char *path;
    enum ls_array_type type;
    int axes;
    size_t dims[4];
    void *data;
};

struct ls_checkpoint {
    const char *path; /* where it was read */
    uint64_t epoch;   /* epochs finished */
    uint64_t step;    /* steps finished */
    uint64_t sample;  /* samples of the running epoch already trained on */
    uint64_t seed;
    uint64_t shards;
    struct ls_shape input;
    const char *job;    /* YAML text */
    const char *engine; /* what could change bits */
    const char *libm;
    double best_metric;
    uint64_t best_step;          /* whose checkpoint is the best one, 0: none yet */
    uint64_t skipped, rollbacks; /* refused steps passed over; how often the run went back */
    double lr_factor;            /* of the learning rate since then */
    uint64_t sum;                /* as read: the checksum, 0 in a file of version 1 */
    size_t n_normalize;          /* channels, 0: none */
    float *mean, *std;           /* (n_normalize) */
    size_t n_classes;
    const char *const *classes;
    size_t n_tensors;
    struct ls_tensor *tensors;
    size_t n_arrays; /* of a failure; not read by ls_checkpoint_read */
    const struct ls_array *arrays;
    const char *error;    /* of a failure; NULL: none */
    uint64_t n_losses;    /* samples whose losses may be remembered; 0: none */
    bool has_pool;        /* of these, those drawn from are listed too */
    float *losses, *pool; /* (n_losses) to be written; they are read by themselves */
};

/** Writes `checkpoint` to `path` as described above.
 *  Errors: LS_DATA with the cause ("no space left on device"); `path` is then as it was and the
 *  temporary file is gone.  Collective: no; rank 0 calls it and the caller agrees. */
ls_status ls_checkpoint_write(const char *path, const struct ls_checkpoint *checkpoint);

/** Reads and verifies all of it.
 *  Errors: LS_DATA: missing, truncated, damaged, foreign, of a newer format version.
 *  Owner: arena.  Collective: no. */
ls_status ls_checkpoint_read(const char *path, struct ls_checkpoint *checkpoint,
                             struct ls_arena *arena);

/** The array `name` of a file that tells of a failure, converted to `type`; axes 0 when it is not
 *  there.  Errors: LS_DATA.  Owner: arena.  Collective: no. */
ls_status ls_checkpoint_read_array(const char *path, const char *name, enum ls_array_type type,
                                   struct ls_array *array, struct ls_arena *arena);

/** The losses of samples [begin, begin + n), n > 0.
 *  name  "/sampler/loss" or "/sampler/pool", of checkpoint->n_losses values
 *  Errors: LS_DATA: missing, damaged.  Collective: no. */
ls_status ls_checkpoint_read_losses(const char *path, const char *name, uint64_t begin, size_t n,
                                    float *losses);

/** Only the tensors below /model of any HDF5 file (a checkpoint, or weights written from PyTorch
 *  with h5py, of any real type, converted to float).  Errors: LS_DATA.  Owner: arena.
 *  Collective: no. */
ls_status ls_checkpoint_read_model(const char *path, size_t *n_tensors, struct ls_tensor **tensors,
                                   struct ls_arena *arena);

/** Points the link `link` (in the same folder or its parent) at `target`, a path relative to the
 *  link's folder, by a rename, and waits for the folder to reach the disk.  Errors: LS_DATA.
 * Collective: no. */
ls_status ls_link_move(const char *link, const char *target);

#endif
