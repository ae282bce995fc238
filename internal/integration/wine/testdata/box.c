/* Puts the machine into a state: services, the stores of trusted roots, files
   that somebody holds. Several orders in one run, each ended by a lone "+". */
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>
#include <wchar.h>

static int bad(const char *what) {
  printf("%s: error %lu\n", what, GetLastError());
  fflush(stdout);
  return 1;
}

static DWORD kind(const wchar_t *w) {
  if (!wcscmp(w, L"disabled")) return SERVICE_DISABLED;
  return wcscmp(w, L"demand") ? SERVICE_AUTO_START : SERVICE_DEMAND_START;
}

/* Asks until the service is in a state; what it is asked may come too early. */
static int until(SC_HANDLE s, DWORD wanted, DWORD control) {
  SERVICE_STATUS now;
  int i;
  for (i = 0; i < 600; i++) {
    if (!QueryServiceStatus(s, &now)) return bad("asking for its state");
    if (now.dwCurrentState == wanted) return 0;
    if (control) ControlService(s, control, &now);
    else StartServiceW(s, 0, 0);
    Sleep(50);
  }
  SetLastError(now.dwCurrentState);
  return bad("waiting for its state, which stays");
}

static int service(SC_HANDLE m, const wchar_t *order, wchar_t **w) {
  SC_HANDLE s;
  int r = 0;
  if (!wcscmp(order, L"create")) { /* name path start account */
    s = CreateServiceW(m, w[0], w[0], SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, kind(w[2]), SERVICE_ERROR_NORMAL, w[1], 0, 0, 0, w[3], 0);
    if (!s) return bad("making a service");
    CloseServiceHandle(s);
    return 0;
  }
  s = OpenServiceW(m, w[0], SERVICE_ALL_ACCESS);
  if (!s) return bad("opening a service");
  if (!wcscmp(order, L"config")) { /* name path start account */
    if (!ChangeServiceConfigW(s, SERVICE_NO_CHANGE, kind(w[2]), SERVICE_NO_CHANGE, w[1], 0, 0, 0, w[3], 0, 0)) r = bad("changing a service");
  } else if (!wcscmp(order, L"start")) r = until(s, SERVICE_RUNNING, 0);
  else if (!wcscmp(order, L"begin")) r = until(s, SERVICE_START_PENDING, 0);
  else if (!wcscmp(order, L"stop")) r = until(s, SERVICE_STOPPED, SERVICE_CONTROL_STOP);
  else if (!wcscmp(order, L"pause")) r = until(s, SERVICE_PAUSED, SERVICE_CONTROL_PAUSE);
  else if (!wcscmp(order, L"continue")) r = until(s, SERVICE_RUNNING, SERVICE_CONTROL_CONTINUE);
  else if (!wcscmp(order, L"delete")) r = DeleteService(s) ? 0 : bad("deleting a service");
  else r = bad("an order that is not known");
  CloseServiceHandle(s);
  return r;
}

/* Puts a certificate among the trusted roots of the machine or of the user, or
   takes it away. */
static int root(const wchar_t *order, const wchar_t *whose, const wchar_t *file) {
  BYTE raw[8192];
  DWORD n = 0, where = wcscmp(whose, L"machine") ? CERT_SYSTEM_STORE_CURRENT_USER : CERT_SYSTEM_STORE_LOCAL_MACHINE;
  HANDLE f = CreateFileW(file, GENERIC_READ, FILE_SHARE_READ, 0, OPEN_EXISTING, 0, 0);
  HCERTSTORE store;
  PCCERT_CONTEXT c;
  int r = 0;
  if (f == INVALID_HANDLE_VALUE || !ReadFile(f, raw, sizeof raw, &n, 0)) return bad("reading a certificate");
  CloseHandle(f);
  store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, where, L"Root");
  if (!store) return bad("opening a store");
  if (!wcscmp(order, L"trust")) {
    if (!CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, raw, n, CERT_STORE_ADD_REPLACE_EXISTING, 0)) r = bad("adding a certificate");
  } else {
    PCCERT_CONTEXT like = CertCreateCertificateContext(X509_ASN_ENCODING, raw, n);
    c = like ? CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_EXISTING, like, 0) : 0;
    if (!c || !CertDeleteCertificateFromStore(c)) r = bad("taking a certificate away");
    if (like) CertFreeCertificateContext(like);
  }
  CertCloseStore(store, 0);
  return r;
}

/* Holds a file so that nobody else may open it, until its input ends. */
static int hold(const wchar_t *file) {
  char c;
  HANDLE f = CreateFileW(file, GENERIC_READ | GENERIC_WRITE, 0, 0, OPEN_EXISTING, 0, 0);
  if (f == INVALID_HANDLE_VALUE) return bad("holding a file");
  puts("held");
  fflush(stdout);
  while (fread(&c, 1, 1, stdin) == 1) {}
  CloseHandle(f);
  return 0;
}

int wmain(int n, wchar_t **w) {
  SC_HANDLE m = OpenSCManagerW(0, 0, SC_MANAGER_ALL_ACCESS);
  int i, r = 0;
  if (!m) return bad("opening the service control manager");
  for (i = 1; i < n && !r; i++) {
    wchar_t *order = w[i];
    if (!wcscmp(order, L"hold")) r = hold(w[i + 1]);
    else if (!wcscmp(order, L"trust") || !wcscmp(order, L"distrust")) r = root(order, w[i + 1], w[i + 2]);
    else r = service(m, order, w + i + 1);
    if (r) printf("while doing: %ls %ls\n", order, w[i + 1]);
    while (i < n && wcscmp(w[i], L"+")) i++;
  }
  return r;
}
