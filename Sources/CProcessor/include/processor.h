/// A look at the processor before anything else runs.
///
/// It is made by every program that is linked with this target; there is nothing to call. Where the processor lacks instructions
/// that the numeric modules were compiled for, the program says so in one line on standard error and ends with status 1, in
/// place of dying at the first of them.
#pragma once
