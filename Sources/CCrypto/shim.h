// The functions of one digest, which OpenSSL 3 would have called through its registry of algorithms: that costs a microsecond for
// each digest, and there are 600,000 of the stamps of DomainNet's files.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
