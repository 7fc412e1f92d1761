#include "launch/command.h"

#define LS_COMMAND(name) extern const struct ls_command_ops ls_command_##name;
#include "launch/commands.def"
#undef LS_COMMAND

#define LS_COMMAND(name) &ls_command_##name,
const struct ls_command_ops *const ls_commands[] = {
#include "launch/commands.def"
    NULL};
#undef LS_COMMAND
