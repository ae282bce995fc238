# --- Reading: registry, services, programs --------------------------------------
function Get-Value([string]$key, [string]$name, [string]$hive = 'LocalMachine') {
  $k = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, 'Registry64').OpenSubKey($key)
  if ($null -eq $k) { return $null }
  $v = $k.GetValue($name)
  $k.Close()
  return , $v
}

# A DWORD comes as a signed number; beyond 31 bits it only says "not zero".
function Get-Number([string]$key, [string]$name) {
  $v = Get-Value $key $name
  if ($null -eq $v) { return $null }
  if ($v -isnot [int] -and $v -isnot [long]) { throw "HKLM\$key, ${name}: it is no number" }
  if ($v -lt 0 -or $v -gt [int]::MaxValue) { return [int]::MaxValue }
  return [int]$v
}

# Three accounts keep their English names in every language.
function Get-Sid([string]$account) {
  switch ($account -replace ' ', '') {
    { $_ -in 'LocalSystem', '.\LocalSystem', 'NTAUTHORITY\SYSTEM' } { return 'S-1-5-18' }
    'NTAUTHORITY\LocalService' { return 'S-1-5-19' }
    'NTAUTHORITY\NetworkService' { return 'S-1-5-20' }
  }
  # An account of the machine's own, and not one of the domain that is called alike.
  if ($account.StartsWith('.\')) { $account = $env:COMPUTERNAME + $account.Substring(1) }
  try {
    return (New-Object Security.Principal.NTAccount $account).Translate([Security.Principal.SecurityIdentifier]).Value
  } catch {
    return ''
  }
}

# The words of Win32_Service are the same in every language of Windows. Whether
# a start is delayed stands in the registry, in every version of it.
function Get-ServiceFact([string]$name) {
  $s = Get-CimInstance Win32_Service -Filter "Name='$name'"
  if ($null -eq $s) { return $null }
  $start = ([string]$s.StartMode).ToLowerInvariant()
  if ($start -notin 'manual', 'disabled') { $start = 'automatic' }
  if ($start -eq 'automatic' -and (Get-Number "SYSTEM\CurrentControlSet\Services\$name" 'DelayedAutostart')) { $start = 'automatic (delayed)' }
  $state = ([string]$s.State).ToLowerInvariant()
  if ($state -in 'pause pending', 'continue pending') { $state = 'paused' }
  return @{
    name = $name
    display = [string]$s.DisplayName
    state = $state
    start = $start
    account = [string]$s.StartName
    sid = (Get-Sid ([string]$s.StartName))
    path = [string]$s.PathName
  }
}

# The path in a service's command line. One without quotes may hold blanks: it
# ends where a file of that name exists.
function Get-Program($s) {
  if ($null -eq $s) { return '' }
  $p = [Environment]::ExpandEnvironmentVariables($s.path)
  if ($p.StartsWith('"')) { return $p.Split('"')[1] }
  $n = $p.ToLowerInvariant().IndexOf('.exe') + 4
  if ($n -ge 4 -and (Test-Path -LiteralPath ($p.Substring(0, $n)))) { return $p.Substring(0, $n) }
  return $p.Split(' ')[0]
}

function Get-FileVersion([string]$path) {
  $i = (Get-Item -LiteralPath $path).VersionInfo
  return ('{0}.{1}.{2}.{3}' -f $i.FileMajorPart, $i.FileMinorPart, $i.FileBuildPart, $i.FilePrivatePart)
}

# --- Reading: files -----------------------------------------------------------------
# What a stream still holds, up to so many bytes.
function Get-Bytes($stream, [long]$most) {
  $held = New-Object IO.MemoryStream
  $part = New-Object byte[] 65536
  while ($held.Length -lt $most) {
    $n = $stream.Read($part, 0, [int][Math]::Min([long]65536, $most - $held.Length))
    if ($n -le 0) { break }
    $held.Write($part, 0, $n)
  }
  return , $held.ToArray()
}

# How a text is written: by its mark, or of letters in two bytes every other byte
# is nought.
function Get-Code([byte[]]$head) {
  $start = [BitConverter]::ToString($head, 0, [Math]::Min(2, $head.Length))
  $noughts = @(0, 0)
  for ($i = 0; $i -lt $head.Length; $i++) { if ($head[$i] -eq 0) { $noughts[$i % 2]++ } }
  if ($start -eq 'FF-FE' -or $noughts[1] -gt $head.Length / 5) { return [Text.Encoding]::Unicode }
  if ($start -eq 'FE-FF' -or $noughts[0] -gt $head.Length / 5) { return [Text.Encoding]::BigEndianUnicode }
  return [Text.Encoding]::UTF8
}

# The end of a file that another program may have open.
function Get-End([string]$path, [long]$most) {
  $f = [IO.File]::Open($path, 'Open', 'Read', 'ReadWrite, Delete')
  try {
    $head = Get-Bytes $f 4096
    $code = Get-Code $head
    $from = [Math]::Max([long]0, $f.Length - $most)
    if ($code.WebName -ne 'utf-8') { $from += $from % 2 }
    [void]$f.Seek($from, 'Begin')
    $raw = Get-Bytes $f $most
  } finally {
    $f.Close()
  }
  return $code.GetString($raw).TrimStart([char]0xFEFF)
}

# What looks like a password, a ticket or a token stays here.
function Hide-Secret([string]$line) { return ($line -replace $secret, '$1$2$3[left out]') }

# A name and a password in an address stay here.
function Hide-User([string]$address) { return ($address -replace '//[^/]*@', '//' -replace '^[^/@]*@', '') }

function Get-ConfigProxy([string]$path) {
  $found = @{ file = ''; mode = ''; address = '' }
  if ($path -eq '.config' -or -not (Test-Path -LiteralPath $path)) { return $found }
  $found.file = $path
  $doc = New-Object Xml.XmlDocument
  $doc.XmlResolver = $null
  $doc.LoadXml((Get-End $path 1048576))
  foreach ($node in @($doc.SelectNodes("/*/*[local-name()='system.net']/*[local-name()='defaultProxy']"))) {
    $address = ''
    $inner = $node.SelectSingleNode("*[local-name()='proxy']")
    if ($null -ne $inner) { $address = Hide-User ([string]$inner.GetAttribute('proxyaddress')) }
    if ($node.GetAttribute('enabled') -eq 'false') {
      $found.mode = 'off'
      $found.address = ''
    } elseif ($address) {
      $found.mode = 'named'
      $found.address = $address
    }
  }
  return $found
}

# The keys that the installed connector reads: those of the product's other name
# are left from before. The folder of its program tells which; both count where
# it was put elsewhere.
function Get-ProductKeys {
  $p = Get-Program $connector
  foreach ($k in $products) { if ($p.ToLowerInvariant().Contains((Split-Path $k -Leaf).ToLowerInvariant())) { return $k } }
  return $products
}

# WinHTTP's and the Internet options' settings: version, counter, flags, length
# and text of the proxy. The flags say whether one is named (2), and looked for (8).
function Get-Connection($raw) {
  $r = @{ proxy = ''; looks = $false }
  if ($null -eq $raw -or $raw.Length -lt 12) { return $r }
  $r.looks = ($raw[8] -band 8) -ne 0
  if ($raw.Length -lt 16 -or ($raw[8] -band 2) -eq 0) { return $r }
  $n = [BitConverter]::ToUInt16($raw, 12)
  if ($raw.Length -ge 16 + $n) { $r.proxy = Hide-User ([Text.Encoding]::ASCII.GetString($raw, 16, $n).Trim([char]0)) }
  return $r
}

# Looks for proxy settings as WinHTTP does: by DHCP (1) and by the name wpad (2).
function Find-ProxySettings {
  $w = Add-Type -PassThru -Namespace Sensegate -Name WinHttp -MemberDefinition @'
[DllImport("winhttp.dll", SetLastError = true)]
public static extern bool WinHttpDetectAutoProxyConfigUrl(uint how, out IntPtr address);
[DllImport("kernel32.dll")]
public static extern IntPtr GlobalFree(IntPtr memory);
'@
  $at = [IntPtr]::Zero
  if (-not $w::WinHttpDetectAutoProxyConfigUrl(3, [ref]$at)) { return '' }
  $address = [Runtime.InteropServices.Marshal]::PtrToStringUni($at)
  [void]$w::GlobalFree($at)
  return (Hide-User ([string]$address))
}

# The last lines of the newest logs that match. One that somebody holds locked
# says so in the place of its lines.
function Get-Matching([string[]]$folders, [string]$filter, [string]$pattern) {
  $files = @()
  foreach ($f in $folders) {
    $path = Join-Path $env:ProgramData $f
    if (Test-Path -LiteralPath $path) { $files += @(Get-ChildItem -LiteralPath $path -Filter $filter -File -Force) }
  }
  $all = @()
  foreach ($f in @($files | Sort-Object @{ Expression = 'LastWriteTimeUtc'; Descending = $true }, @{ Expression = 'FullName' } | Select-Object -First 4)) {
    try {
      $lines = @((Get-End $f.FullName 262144) -split "`r?`n" | Where-Object { $_ -match $pattern } | Select-Object -Last 20)
    } catch {
      $lines = @("(it could not be read: $($_.Exception.GetBaseException().Message))")
    }
    $lines = @($lines | ForEach-Object { Hide-Secret $_ } | ForEach-Object { $_.Substring(0, [Math]::Min(1000, $_.Length)) })
    $all += , @{ file = $f.FullName; modified = $f.LastWriteTimeUtc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $culture); lines = $lines }
  }
  return , $all
}

