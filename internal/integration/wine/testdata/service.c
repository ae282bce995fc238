/* A service that runs until it is stopped, and does nothing. Compiled with
   FIRST=SERVICE_START_PENDING it never gets beyond its start. */
#include <windows.h>
#ifndef FIRST
#define FIRST SERVICE_RUNNING
#endif
static SERVICE_STATUS_HANDLE handle;
static HANDLE stop;
static void tell(DWORD state) {
  SERVICE_STATUS s = {SERVICE_WIN32_OWN_PROCESS, state, 0, 0, 0, 0, 0};
  if (state != SERVICE_STOPPED) s.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PAUSE_CONTINUE;
  if (state == SERVICE_START_PENDING) s.dwWaitHint = 60000;
  SetServiceStatus(handle, &s);
}
static void WINAPI control(DWORD code) {
  if (code == SERVICE_CONTROL_STOP) SetEvent(stop);
  if (code == SERVICE_CONTROL_PAUSE) tell(SERVICE_PAUSED);
  if (code == SERVICE_CONTROL_CONTINUE) tell(SERVICE_RUNNING);
}
static void WINAPI run(DWORD count, LPWSTR *words) {
  handle = RegisterServiceCtrlHandlerW(L"", control);
  tell(FIRST);
  WaitForSingleObject(stop, INFINITE);
  tell(SERVICE_STOPPED);
}
int main(void) {
  SERVICE_TABLE_ENTRYW table[] = {{L"", run}, {0, 0}};
  stop = CreateEventW(0, TRUE, FALSE, 0);
  return !StartServiceCtrlDispatcherW(table);
}
