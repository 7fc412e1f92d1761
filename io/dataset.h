/* Datasets in HDF5: reading them as a source of samples, and writing them for `import`. All HDF5
 * calls of the process take one lock (io/hdf5.h), since the serial library is not thread-safe and
 * the reader thread reads while a checkpoint is written. */
#ifndef LOCKSTEP_IO_DATASET_H
#define LOCKSTEP_IO_DATASET_H

#include "src/data/source.h"
#include "src/peers.h"

/** Opens `path` for reading samples.
 *  inputs, labels  names of the datasets ("x", "y"); a file without labels is fine, has_labels
 *                  tells
 *  groups          name of a dataset of integers (N), which must be there; NULL: none
 *  memory          bytes of samples that a node may hold: what fits, in its type in the file
 *                  where that is narrow and as float where not, is read here, each rank its part,
 *                  into memory that the ranks of the node share. Otherwise contiguous datasets
 *                  are read by pread at their offset; of chunked ones as many samples are held as
 *                  fit, the others read through the library's chunk cache
 *  Errors: LS_DATA, naming the file and dataset: missing, not HDF5, truncated, x not of 2 to 4
 *  axes, x and y of different length, a type that is no number, no samples; what is held cannot be
 *  read. The same on all ranks. Where memory cannot be shared, source->note says so.
 *  Owner: arena for strings and memory; close with ls_source_close before it is released.
 *  Collective: yes. */
ls_status ls_dataset_open(struct ls_source *source, const char *path, const char *inputs,
                          const char *labels, const char *groups, size_t memory,
                          const struct ls_peers *peers, struct ls_arena *arena);

/* What a writer is told before the first sample. */
struct ls_dataset_spec {
    uint64_t len;
    const char *inputs, *labels; /* names of the datasets, NULL: "x" and "y" */
    int axes;                    /* of x, the sample axis included: 2 to 4 */
    size_t dims[3];              /* of a sample, C, H, W as in files */
    enum ls_element { LS_U8, LS_I16, LS_I32, LS_I64, LS_F32, LS_F64 } element; /* of x on disk */
    bool has_labels;
    bool labels_are_classes; /* y (N) int32, else (N, label_len) float */
    size_t label_len;
    size_t n_class_names;
    const char *const *class_names; /* attribute `classes`, when n_class_names > 0 */
};

struct ls_dataset_writer;

/** Creates `path` (a temporary file beside it, moved there by finish) with contiguous x and y.
 *  Errors: LS_DATA: cannot write, no space.  Collective: no. */
ls_status ls_dataset_create(struct ls_dataset_writer **writer, const char *path,
                            const struct ls_dataset_spec *spec);

/** Appends n samples: x in the element type of the spec, (n, dims); classes (n) int32 or values
 *  (n, label_len) float, the other NULL.  Errors: LS_DATA.  Collective: no. */
ls_status ls_dataset_append(struct ls_dataset_writer *writer, size_t n, const void *x,
                            const int32_t *classes, const float *values);

/** Adds a further dataset: one row for each sample.
 *  row_len  numbers of a row, of shape (N, row_len); 0: of shape (N)
 *  values   of the element's type, of all samples
 *  Errors: LS_DATA.  Collective: no. */
ls_status ls_dataset_put(struct ls_dataset_writer *writer, const char *name,
                         enum ls_element element, size_t row_len, const void *values);

/** Flushes, fsyncs and renames into place when all samples have come; then frees the writer.
 *  Errors: LS_DATA, and nothing is left behind.  Collective: no. */
ls_status ls_dataset_finish(struct ls_dataset_writer *writer);

/** Gives up: removes the temporary file, frees the writer. Takes NULL.  Collective: no. */
void ls_dataset_abandon(struct ls_dataset_writer *writer);

#endif
