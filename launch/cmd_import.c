#include "launch/command.h"

#define LS_IMPORTER(kind) extern const struct ls_command_ops ls_import_##kind;
#include "launch/import/importers.def"
#undef LS_IMPORTER

#define LS_IMPORTER(kind) &ls_import_##kind,
static const struct ls_command_ops *const importers[] = {
#include "launch/import/importers.def"
    NULL};
#undef LS_IMPORTER

extern const struct ls_command_ops ls_command_import;
const struct ls_command_ops ls_command_import = {
    .name = "import",
    .help = "make a dataset of other files",
    .usage = "KIND SOURCE... --out FILE",
    .members = importers,
};
