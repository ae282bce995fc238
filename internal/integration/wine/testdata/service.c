/* A service that runs until it is stopped, and does nothing. */
#include <windows.h>
static SERVICE_STATUS_HANDLE handle;
static HANDLE stop;
static void tell(DWORD state) {
  SERVICE_STATUS s = {SERVICE_WIN32_OWN_PROCESS, state, state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0, 0, 0, 0, 0};
  SetServiceStatus(handle, &s);
}
static void WINAPI control(DWORD code) {
  if (code == SERVICE_CONTROL_STOP) SetEvent(stop);
}
static void WINAPI run(DWORD count, LPWSTR *words) {
  handle = RegisterServiceCtrlHandlerW(L"", control);
  tell(SERVICE_RUNNING);
  WaitForSingleObject(stop, INFINITE);
  tell(SERVICE_STOPPED);
}
int main(void) {
  SERVICE_TABLE_ENTRYW table[] = {{L"", run}, {0, 0}};
  stop = CreateEventW(0, TRUE, FALSE, 0);
  return !StartServiceCtrlDispatcherW(table);
}
