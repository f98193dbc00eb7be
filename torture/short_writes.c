/* Every SHORT_EVERY-th pwrite64 or write on a file of the store (or its vault) writes half of what it was told and says so.
   Loaded with LD_PRELOAD by torture/faults.py. A call that writes less is no error: the caller has to write the rest. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int turn;

static size_t allowed(int handle, size_t count)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path - 1);
    const char *every = getenv("SHORT_EVERY");
    if (length < 0 || every == NULL)
        return count;
    path[length] = 0;
    if (strstr(path, "/store/") == NULL || count < 2)
        return count;
    return __sync_add_and_fetch(&turn, 1) % atoi(every) == 0 ? count / 2 : count;
}

ssize_t pwrite64(int handle, const void *buffer, size_t count, off64_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return real(handle, buffer, allowed(handle, count), offset);
}

ssize_t pwrite(int handle, const void *buffer, size_t count, off_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return real(handle, buffer, allowed(handle, count), offset);
}

ssize_t write(int handle, const void *buffer, size_t count)
{
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return real(handle, buffer, allowed(handle, count));
}
