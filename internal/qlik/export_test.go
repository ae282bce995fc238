package qlik

// ScanLog is scanLog, for the fuzzer.
var ScanLog = scanLog
