// The network of the described Windows, put before that of the system: names have
// the addresses of a table, and an address with a port leads to a server of the
// test. What stands in no table is not there. The two functions of Windows that
// scripts declare are here as well.
//
// The table is the file named by WINDOWS_NETWORK, with lines such as
//   name login.example.com 127.77.0.1
//   port 127.77.0.1:443 45321
//   pac http://wpad.example.com/wpad.dat
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

// find looks for a line that begins with two words, and gives the rest of it.
static int find(const char *kind, const char *key, char *rest, size_t size) {
  const char *path = getenv("WINDOWS_NETWORK");
  FILE *f = path ? fopen(path, "r") : NULL;
  char line[1024];
  int found = 0;
  while (f && !found && fgets(line, sizeof line, f)) {
    char *save = NULL;
    char *k = strtok_r(line, " \n", &save);
    if (!k || strcmp(k, kind)) continue;
    if (key) {
      char *n = strtok_r(NULL, " \n", &save);
      if (!n || strcasecmp(n, key)) continue;
    }
    char *r = strtok_r(NULL, "\n", &save);
    snprintf(rest, size, "%s", r ? r : "");
    found = 1;
  }
  if (f) fclose(f);
  return found;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
  static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
  char address[256];
  struct in_addr four;
  struct in6_addr six;
  if (!node || inet_pton(AF_INET, node, &four) == 1 || inet_pton(AF_INET6, node, &six) == 1) return real(node, service, hints, out);
  if (!find("name", node, address, sizeof address)) return EAI_NONAME;
  struct addrinfo h;
  memset(&h, 0, sizeof h);
  if (hints) h = *hints;
  if (h.ai_family == AF_INET6) return EAI_NONAME;
  return real(address, service, &h, out);
}

// closed is a port at which nobody listens: it is taken, and that is all.
static int closed(void) {
  static int port;
  if (port) return port;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&at, size) == 0 && getsockname(fd, (struct sockaddr *)&at, &size) == 0) port = ntohs(at.sin_port);
  return port;
}

int connect(int fd, const struct sockaddr *to, socklen_t size) {
  static int (*real)(int, const struct sockaddr *, socklen_t);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "connect");
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  struct in_addr *at = NULL;
  in_port_t *door = NULL;
  if (to->sa_family == AF_INET) {
    memcpy(&four, to, sizeof four);
    at = &four.sin_addr;
    door = &four.sin_port;
    to = (const struct sockaddr *)&four;
  } else if (to->sa_family == AF_INET6) {
    memcpy(&six, to, sizeof six);
    if (!IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
      errno = ENETUNREACH;
      return -1;
    }
    at = (struct in_addr *)&six.sin6_addr.s6_addr[12];
    door = &six.sin6_port;
    to = (const struct sockaddr *)&six;
  } else {
    return real(fd, to, size);
  }
  char key[64], port[64];
  inet_ntop(AF_INET, at, key, sizeof key);
  snprintf(key + strlen(key), sizeof key - strlen(key), ":%d", ntohs(*door));
  if (!find("port", key, port, sizeof port)) snprintf(port, sizeof port, "%d", closed());
  at->s_addr = htonl(INADDR_LOOPBACK);
  *door = htons((uint16_t)atoi(port));
  return real(fd, to, size);
}

int WinHttpDetectAutoProxyConfigUrl(uint32_t how, uint16_t **address) {
  char url[512];
  *address = NULL;
  if (how == 0 || !find("pac", NULL, url, sizeof url)) {
    errno = 12180; // ERROR_WINHTTP_AUTODETECTION_FAILED
    return 0;
  }
  size_t n = strlen(url);
  uint16_t *wide = calloc(n + 1, sizeof *wide);
  for (size_t i = 0; i < n; i++) wide[i] = (unsigned char)url[i];
  *address = wide;
  return 1;
}

void *GlobalFree(void *memory) {
  free(memory);
  return NULL;
}
