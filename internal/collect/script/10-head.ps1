# Collects, on a connector host, a Qlik node or a server of Entra
# Connect, what only that machine can tell, and writes one evidence
# file for `sensegate import`. It reads, and changes nothing: besides
# that file, only Add-Type leaves something for a moment, the four lines
# of C# by which Windows is asked for discovered proxy settings, compiled
# in the temporary folder. It takes no password, key or token, and needs
# Windows PowerShell 5.1; as an administrator it can read most. Read it
# before you run it; it may be signed, and runs under RemoteSigned and
# AllSigned.
#
#   powershell -File .\collect.ps1 -Output evidence.json
#   powershell -File .\collect.ps1 -List          # what would be read
param([string]$Output = 'evidence.json', [switch]$List)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$tool = '@tool@'
$site = '@site@'
$controller = '@controller@'
$backends = @('@backends@')
$without = @('@without@')
$endpoints = @('@endpoints@')
$watched = @('@services@')
$clashing = @('@clashing@')
$channels = @('@channels@')
$sessions = @('@sessions@')
$traceFolders = @('@traces@')
$qlikFolders = @('@qliklogs@')
$authorities = @('@authorities@')
$troubled = '@troubled@'
$signedIn = '@signedin@'
$secret = '@secret@'
$culture = [Globalization.CultureInfo]::InvariantCulture
# Or Turkish would hold that INFO and info are different words.
[Threading.Thread]::CurrentThread.CurrentCulture = $culture
# How long one answer is waited for, in milliseconds.
$patience = 8000

$windows = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$schannel = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client'
$serves = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server'
$dotnet = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319'
$settings = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings'
$products = @('@products@')

# What one section finds and a later one needs.
$known = $false
$installed = @()
$connector = $null
$updater = $null
$wayOut = ''
$discovered = ''
$chains = @()

