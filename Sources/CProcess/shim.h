#include <malloc.h>
#include <sys/prctl.h>

/* prctl takes a varying number of arguments, which Swift cannot hand over. From now on processes whose parents have ended
   become children of this one, of whatever group or session they are. Returns whether that can be had. */
static inline int becomes_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0; }
