# Collects, on a connector host, a Qlik node or a server of Entra
# Connect, what only that machine can tell, and writes one evidence
# file for `sensegate import`. It reads and changes nothing but that
# file, takes no password, key or token, and needs Windows PowerShell
# 5.1. Read it before you run it; it may be signed, and runs under
# RemoteSigned and AllSigned.
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
$traceFolders = @('@traces@')
$qlikFolders = @('@qliklogs@')
$troubled = '@troubled@'
$signedIn = '@signedin@'
$culture = [Globalization.CultureInfo]::InvariantCulture

$windows = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$schannel = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client'
$dotnet = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319'
$settings = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings'
$products = @('SOFTWARE\Microsoft\Microsoft Entra private network connector', 'SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector')

# --- JSON in its one canonical form: keys by bytes, no blanks -----------------
function ConvertTo-Text([string]$s) {
  $b = New-Object Text.StringBuilder
  [void]$b.Append('"')
  for ($i = 0; $i -lt $s.Length; $i++) {
    $c = $s[$i]
    $n = [int]$c
    if ($c -ceq '"' -or $c -ceq '\') { [void]$b.Append('\').Append($c) }
    elseif ($n -eq 8) { [void]$b.Append('\b') }
    elseif ($n -eq 9) { [void]$b.Append('\t') }
    elseif ($n -eq 10) { [void]$b.Append('\n') }
    elseif ($n -eq 12) { [void]$b.Append('\f') }
    elseif ($n -eq 13) { [void]$b.Append('\r') }
    elseif ($n -lt 32 -or $n -eq 0x2028 -or $n -eq 0x2029) { [void]$b.Append('\u').Append($n.ToString('x4', $culture)) }
    elseif ([char]::IsHighSurrogate($c) -and $i + 1 -lt $s.Length -and [char]::IsLowSurrogate($s[$i + 1])) {
      $i++
      [void]$b.Append($c).Append($s[$i])
    }
    elseif ([char]::IsSurrogate($c)) { [void]$b.Append([char]0xFFFD) }
    else { [void]$b.Append($c) }
  }
  return $b.Append('"').ToString()
}

function ConvertTo-Canonical($v) {
  if ($null -eq $v) { return 'null' }
  if ($v -is [bool]) {
    if ($v) { return 'true' }
    return 'false'
  }
  if ($v -is [string]) { return ConvertTo-Text $v }
  if ($v -is [int] -or $v -is [long] -or $v -is [uint32]) { return $v.ToString($culture) }
  if ($v -is [Collections.IDictionary]) {
    $keys = [string[]]@($v.Keys)
    [Array]::Sort($keys, [StringComparer]::Ordinal)
    return '{' + (@($keys | ForEach-Object { (ConvertTo-Text $_) + ':' + (ConvertTo-Canonical $v[$_]) }) -join ',') + '}'
  }
  return '[' + (@($v | ForEach-Object { ConvertTo-Canonical $_ }) -join ',') + ']'
}

function Get-Sum([string]$text) {
  $h = [Security.Cryptography.SHA256]::Create()
  return (@($h.ComputeHash([Text.Encoding]::UTF8.GetBytes($text)) | ForEach-Object { $_.ToString('x2', $culture) }) -join '')
}

# --- Reading: registry, services, files -----------------------------------------
function Get-Value([string]$key, [string]$name, [string]$hive = 'LocalMachine') {
  $k = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, 'Registry64').OpenSubKey($key)
  if ($null -eq $k) { return $null }
  $v = $k.GetValue($name)
  $k.Close()
  return , $v
}

function Get-Number([string]$key, [string]$name) {
  $v = Get-Value $key $name
  if ($null -eq $v) { return $null }
  return ([long]$v -band 0x7fffffff)
}

function Get-Sid([string]$account) {
  if ($account -eq 'LocalSystem') { return 'S-1-5-18' }
  try {
    return (New-Object Security.Principal.NTAccount $account).Translate([Security.Principal.SecurityIdentifier]).Value
  } catch {
    return ''
  }
}

# The words of Win32_Service are the same in every language of Windows.
function Get-ServiceFact([string]$name) {
  $s = Get-CimInstance Win32_Service -Filter "Name='$name'"
  if ($null -eq $s) { return $null }
  $start = ([string]$s.StartMode).ToLowerInvariant()
  if ($start -eq 'auto') { $start = 'automatic' }
  if ($start -eq 'automatic' -and $s.DelayedAutoStart) { $start = 'automatic (delayed)' }
  return @{
    name = $name
    display = [string]$s.DisplayName
    state = ([string]$s.State).ToLowerInvariant()
    start = $start
    account = [string]$s.StartName
    sid = (Get-Sid ([string]$s.StartName))
    path = [string]$s.PathName
  }
}

function Get-Program($s) {
  if ($null -eq $s) { return '' }
  $p = $s.path
  if ($p.StartsWith('"')) { return $p.Substring(1, $p.IndexOf('"', 1) - 1) }
  $i = $p.ToLowerInvariant().IndexOf('.exe')
  if ($i -gt 0) { return $p.Substring(0, $i + 4) }
  return $p
}

function Get-FileVersion([string]$path) {
  $i = (Get-Item -LiteralPath $path).VersionInfo
  return ('{0}.{1}.{2}.{3}' -f $i.FileMajorPart, $i.FileMinorPart, $i.FileBuildPart, $i.FilePrivatePart)
}

# A name and a password in an address stay here.
function Hide-User([string]$address) { return ($address -replace '//[^/]*@', '//' -replace '^[^/@]*@', '') }

function Get-ConfigProxy([string]$path) {
  $found = @{ file = ''; mode = ''; address = '' }
  if ($path -eq '.config' -or -not (Test-Path -LiteralPath $path)) { return $found }
  $found.file = $path
  $node = ([xml](Get-Content -LiteralPath $path -Raw)).SelectSingleNode("/configuration/*[local-name()='system.net']/defaultProxy")
  if ($null -eq $node) { return $found }
  $address = ''
  $inner = $node.SelectSingleNode('proxy')
  if ($null -ne $inner) { $address = Hide-User ([string]$inner.GetAttribute('proxyaddress')) }
  if ($node.GetAttribute('enabled') -eq 'false') {
    $found.mode = 'off'
  } elseif ($address) {
    $found.mode = 'named'
    $found.address = $address
  }
  return $found
}

# The last lines of the newest logs that match, without what looks like a token.
function Get-Matching([string[]]$folders, [string]$filter, [string]$pattern) {
  $files = @()
  foreach ($f in $folders) {
    $path = Join-Path $env:ProgramData $f
    if (Test-Path -LiteralPath $path) { $files += @(Get-ChildItem -LiteralPath $path -Filter $filter -File) }
  }
  $all = @()
  foreach ($f in @($files | Sort-Object LastWriteTimeUtc -Descending | Select-Object -First 4)) {
    $lines = @(Get-Content -LiteralPath $f.FullName -Tail 2000 | Where-Object { $_ -match $pattern } | Select-Object -Last 20)
    $lines = @($lines | ForEach-Object {
        $_ -replace '(?i)((?:bearer|negotiate|ntlm|basic|token|password|secret|cookie)\s*[=: ]\s*)[A-Za-z0-9+/=_.\-]{16,}', '$1[left out]'
      } | ForEach-Object { $_.Substring(0, [Math]::Min(390, $_.Length)) })
    $all += , @{ file = $f.FullName; modified = $f.LastWriteTimeUtc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $culture); lines = $lines }
  }
  return , $all
}

# --- Reading: the way out ---------------------------------------------------------
# Opens a way to an address, by CONNECT where a proxy is named.
function Open-Way([string]$name, [int]$port, [string]$proxy) {
  $client = New-Object Net.Sockets.TcpClient
  $at = $name
  $atPort = $port
  if ($proxy) {
    $u = [Uri]$(if ($proxy -match '^https?://') { $proxy } else { "http://$proxy" })
    $at = $u.Host
    $atPort = $u.Port
  }
  if (-not $client.ConnectAsync($at, $atPort).Wait(8000)) { throw 'no answer within 8 seconds' }
  if (-not $proxy) { return $client }
  $stream = $client.GetStream()
  $stream.ReadTimeout = 8000
  $ask = [Text.Encoding]::ASCII.GetBytes("CONNECT ${name}:$port HTTP/1.1`r`nHost: ${name}:$port`r`n`r`n")
  $stream.Write($ask, 0, $ask.Length)
  $answer = ''
  while (-not $answer.EndsWith("`r`n`r`n") -and $answer.Length -lt 8192) {
    $b = $stream.ReadByte()
    if ($b -lt 0) { break }
    $answer += [char]$b
  }
  $status = 0
  if ($answer -match '^HTTP/1\.\d (\d{3})') { $status = [int]$Matches[1] }
  if ($status -ne 200) {
    $client.Close()
    throw "the proxy answered $status"
  }
  return $client
}

# The certificate of a server, whoever signed it; nothing else is read over this
# connection.
function Get-Certificate([string]$name, [int]$port, [string]$proxy) {
  $client = Open-Way $name $port $proxy
  $script:said = 'RemoteCertificateNotAvailable'
  $accept = [Net.Security.RemoteCertificateValidationCallback] { param($a, $c, $d, $e) $script:said = [string]$e; $true }
  $tls = New-Object Net.Security.SslStream($client.GetStream(), $false, $accept)
  $tls.AuthenticateAsClient($name, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
  $cert = New-Object Security.Cryptography.X509Certificates.X509Certificate2 $tls.RemoteCertificate
  $tls.Dispose()
  $client.Close()
  $lists = @()
  foreach ($x in @($cert.Extensions | Where-Object { $_.Oid.Value -eq '2.5.29.31' })) {
    $lists += @([regex]::Matches($x.Format($false), 'http://[^\s,)]+') | ForEach-Object { $_.Value })
  }
  return @{
    issuer = $cert.GetNameInfo('SimpleName', $true)
    full = $cert.Issuer
    errors = $script:said
    logged = @($cert.Extensions | Where-Object { $_.Oid.Value -eq '1.3.6.1.4.1.11129.2.4.2' }).Count -gt 0
    lists = $lists
  }
}

# A list of revoked certificates begins like every DER sequence.
function Get-List([string]$url, [string]$proxy) {
  $u = [Uri]$url
  $r = @{ host = $u.Host; port = [int]$u.Port; reached = $false; issuer = ''; inspected = $false; problem = ''; url = $url; fetched = ''; proxy = $proxy }
  try {
    $ask = [Net.HttpWebRequest]::Create($u)
    $ask.Timeout = 8000
    $ask.AllowAutoRedirect = $false
    if ($proxy) { $ask.Proxy = New-Object Net.WebProxy $proxy } else { $ask.Proxy = $null }
    $answer = $ask.GetResponse()
    $first = $answer.GetResponseStream().ReadByte()
    $answer.Close()
    if ([int]$answer.StatusCode -ne 200) { throw "answered $([int]$answer.StatusCode)" }
    if ($first -ne 0x30) { throw "what came is no list of revoked certificates, but $($answer.ContentType)" }
    $r.reached = $true
    $r.fetched = "a list of revoked certificates, $($answer.ContentLength) bytes"
  } catch {
    $r.problem = [string]$_.Exception.GetBaseException().Message
  }
  return $r
}

function Get-Egress([string]$endpoint, [string]$proxy) {
  $name, $port = $endpoint.Split(':')
  $r = @{ host = $name; port = [int]$port; reached = $false; issuer = ''; inspected = $false; problem = ''; chain = @(); proxy = $proxy }
  try {
    if (-not $proxy) {
      $r.chain = @(Resolve-DnsName -Name $name -Type A -DnsOnly | Where-Object { $_.QueryType -eq 'CNAME' } | ForEach-Object { [string]$_.NameHost })
    }
    if ($port -eq '80') {
      (Open-Way $name 80 $proxy).Close()
    } else {
      $c = Get-Certificate $name ([int]$port) $proxy
      $r.issuer = $c.issuer
      $r.inspected = -not ($c.logged -or $c.full -match 'O=("?)(Microsoft Corporation|DigiCert,? Inc\.?|GlobalSign nv-sa|Entrust, Inc\.)')
      if (-not $r.inspected) { $script:lists += $c.lists }
    }
    $r.reached = $true
  } catch {
    $r.problem = [string]$_.Exception.GetBaseException().Message
    if ($r.problem -match 'the proxy answered (\d{3})') { $r.status = [int]$Matches[1] }
  }
  return $r
}

$connector = $null
$updater = $null
$proxyOf = $null
$lists = @()

# --- The sections, each by itself: one that cannot be read hides no other -------
$sections = [ordered]@{
  services = {
    $all = @()
    foreach ($n in $watched) {
      $s = Get-ServiceFact $n
      if (-not $s) { continue }
      if ($n -eq 'WAPCSvc') { $script:connector = $s }
      if ($n -eq 'WAPCUpdaterSvc') { $script:updater = $s }
      $copy = $s.Clone()
      $copy.Remove('path')
      $all += , $copy
    }
    , $all
  }
  connector = {
    if (-not $connector) { return $null }
    $p = Get-Program $connector
    $t = Get-ChildItem -LiteralPath (Split-Path $p) -Filter '*ConnectorDiagnosticsTool*.exe' | Select-Object -First 1
    @{ version = (Get-FileVersion $p); diagnostics = $(if ($t) { $t.FullName } else { '' }) }
  }
  os = { @{ name = [string](Get-Value $windows 'ProductName'); build = [int](Get-Value $windows 'CurrentBuildNumber') } }
  dotnet = {
    $r = Get-Number 'SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' 'Release'
    @{ release = $(if ($null -eq $r) { 1 } else { $r }) }
  }
  tls12 = {
    @{
      client_enabled = (Get-Number $schannel 'Enabled')
      client_disabled_by_default = (Get-Number $schannel 'DisabledByDefault')
      strong_crypto = (Get-Number $dotnet 'SchUseStrongCrypto')
      system_default_tls = (Get-Number $dotnet 'SystemDefaultTlsVersions')
    }
  }
  winhttp = { @{ enable_default_http2 = (Get-Number "$settings\WinHttp" 'EnableDefaultHTTP2') } }
  domain = {
    $c = Get-CimInstance Win32_ComputerSystem
    $sound = $false
    if ($c.PartOfDomain) { $sound = [bool](Test-ComputerSecureChannel) }
    @{ name = [string]$(if ($c.PartOfDomain) { $c.Domain } else { $c.Workgroup }); joined = [bool]$c.PartOfDomain; secure_channel = $sound }
  }
  clock = {
    $at = $controller
    if (-not $at) {
      $c = Get-CimInstance Win32_ComputerSystem
      if (-not $c.PartOfDomain) { throw 'no domain controller is known: the machine is in no domain' }
      $at = $c.Domain
    }
    $ask = New-Object byte[] 48
    $ask[0] = 0x23
    $u = New-Object Net.Sockets.UdpClient
    $u.Client.ReceiveTimeout = 8000
    $u.Connect($at, 123)
    $sent = [DateTime]::UtcNow
    [void]$u.Send($ask, 48)
    $end = New-Object Net.IPEndPoint ([Net.IPAddress]::Any), 0
    $a = $u.Receive([ref]$end)
    $back = [DateTime]::UtcNow
    $u.Close()
    $seconds = [double][BitConverter]::ToUInt32([byte[]]$a[43..40], 0) + [double][BitConverter]::ToUInt32([byte[]]$a[47..44], 0) / 4294967296
    $there = (New-Object DateTime 1900, 1, 1, 0, 0, 0, 'Utc').AddSeconds($seconds)
    @{ skew_ms = [long][Math]::Round((($sent - $there).TotalMilliseconds + ($back - $there).TotalMilliseconds) / 2) }
  }
  spnego = {
    foreach ($p in $products) {
      $v = Get-Number $p 'UseSpnegoAuthentication'
      if ($null -ne $v) { return $v }
    }
    'absent'
  }
  proxy = {
    if (-not $connector) { return $null }
    $raw = Get-Value "$settings\Connections" 'WinHttpSettings'
    $winhttp = ''
    if ($raw -and $raw.Length -gt 16 -and ($raw[8] -band 2)) { $winhttp = Hide-User ([Text.Encoding]::ASCII.GetString($raw, 16, [BitConverter]::ToInt32($raw, 12))) }
    $own = Get-Value 'S-1-5-20\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections' 'DefaultConnectionSettings' 'Users'
    $looks = [bool](($raw -and $raw.Length -gt 8 -and ($raw[8] -band 8)) -or ($own -and $own.Length -gt 8 -and ($own[8] -band 8)))
    $forBackend = $null
    foreach ($p in $products) { if ($null -eq $forBackend) { $forBackend = Get-Number $p 'UseDefaultProxyForBackendRequests' } }
    $wpad = $true
    try { [void][Net.Dns]::GetHostAddresses('wpad') } catch { $wpad = $false }
    $script:proxyOf = Get-ConfigProxy ((Get-Program $connector) + '.config')
    @{
      connector_config = $script:proxyOf
      updater_config = (Get-ConfigProxy ((Get-Program $updater) + '.config'))
      machine_config = (Get-ConfigProxy "$env:SystemRoot\Microsoft.NET\Framework64\v4.0.30319\Config\machine.config")
      winhttp = $winhttp
      use_default_proxy_for_backend = $forBackend
      wpad = $wpad
      auto_detect = $looks
    }
  }
  egress = {
    $proxy = ''
    if ($proxyOf -and $proxyOf.mode -eq 'named') { $proxy = $proxyOf.address }
    $all = @()
    foreach ($e in $endpoints) { $all += , (Get-Egress $e $proxy) }
    foreach ($u in @($script:lists | Select-Object -Unique -First 4)) { $all += , (Get-List $u $proxy) }
    , $all
  }
  agents = { , @($clashing | Where-Object { Get-ServiceFact $_ }) }
  backend = {
    $all = @()
    foreach ($b in $backends) {
      $name, $port = "${b}:443".Split(':')[0, 1]
      $r = @{ host = $name; port = [int]$port; trusted = $false; issuer = ''; problem = '' }
      try {
        $c = Get-Certificate $name ([int]$port) ''
        $r.issuer = $c.issuer
        if ($c.errors -eq 'None') { $r.trusted = $true } else { $r.problem = $c.errors }
      } catch {
        $r.problem = [string]$_.Exception.GetBaseException().Message
      }
      $all += , $r
    }
    if ($all.Count -eq 0) { return $null }
    , $all
  }
  events = {
    $all = @()
    foreach ($c in $channels) {
      foreach ($e in @(Get-WinEvent -LogName $c -MaxEvents 50 -ErrorAction SilentlyContinue)) {
        $text = [string]$e.Message
        if (-not $text) { $text = @($e.Properties | ForEach-Object { [string]$_.Value }) -join "`n" }
        $r = @{
          channel = $c
          id = [int]$e.Id
          time = $e.TimeCreated.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $culture)
          text = $text.Substring(0, [Math]::Min(390, $text.Length))
          transaction = ''
          user = ''
          spn = ''
          backend = ''
        }
        if ($text -match '(?m)^\s*Transaction ID:\s*(\S+)') { $r.transaction = $Matches[1] }
        if ($text -match '(?m)^\s*User:\s*(.+?)\s*$') { $r.user = $Matches[1] }
        if ($text -match '(?m)^\s*(?:Backend SPN|Service Principal Name|SPN):\s*(\S+)') { $r.spn = $Matches[1] }
        if ($text -match '(?m)^\s*(?:Published Backend URL|Backend URL|Backend request URL):\s*(\S+)') { $r.backend = $Matches[1] }
        $all += , $r
      }
    }
    , @($all | Select-Object -First 50)
  }
  traces = {
    if (-not $connector) { return $null }
    Get-Matching $traceFolders '*.log' $troubled
  }
  sync = {
    $service = Get-ServiceFact 'ADSync'
    if (-not $service) { return $null }
    $s = Get-ADSyncScheduler
    @{
      cycle_enabled = [bool]$s.SyncCycleEnabled
      staging = [bool]$s.StagingModeEnabled
      suspended = [bool]$s.SchedulerSuspended
      maintenance = [bool]$s.MaintenanceEnabled
      version = (Get-FileVersion (Get-Program $service))
      interval_seconds = [long]$s.CurrentlyEffectiveSyncCycleInterval.TotalSeconds
      policy = [string]$s.NextSyncCyclePolicyType
      next = ([DateTime]$s.NextSyncCycleStartTimeInUTC).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $culture)
    }
  }
  qlik = {
    if (-not (Get-ServiceFact 'QlikSenseProxyService') -and -not (Get-ServiceFact 'QlikSenseRepositoryService')) { return $null }
    $d = "$env:ProgramData\Qlik\Sense\Repository\Exported Certificates"
    $names = @()
    if (Test-Path -LiteralPath $d) { $names = @(Get-ChildItem -LiteralPath $d -Recurse -Force -File | Where-Object { $_.Extension -in '.pem', '.pfx' } | ForEach-Object { $_.FullName }) }
    @{ certificates = $names; lines = (Get-Matching $qlikFolders '*.txt' $signedIn) }
  }
}

if ($List) {
  $sections.GetEnumerator() | ForEach-Object { "--- $($_.Key)"; $_.Value.ToString().Trim() }
  return
}

$found = @{}
$unread = @{}
foreach ($name in $sections.Keys) {
  if ($without -contains $name) { continue }
  try {
    $value = & $sections[$name]
    if ($name -eq 'spnego' -and $value -eq 'absent') {
      $found[$name] = $null
      Write-Host "$name read"
      continue
    }
    if ($null -eq $value -and $name -notin 'services', 'agents', 'egress', 'events') { continue }
    if ($name -in 'services', 'agents', 'egress', 'events', 'backend', 'traces') { $value = @($value) }
    $found[$name] = $value
    Write-Host "$name read"
  } catch {
    $unread[$name] = [string]$_.Exception.Message
    Write-Host "$name could not be read: $($_.Exception.Message)"
  }
}
if ($unread.Count -gt 0) { $found['unread'] = $unread }

# --- The seal: a chain of SHA-256 over the head and the sections by name --------
$machine = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
$fqdn = $machine.HostName
if ($machine.DomainName) { $fqdn = "$fqdn.$($machine.DomainName)" }
$head = @{
  schema = 'sensegate/evidence/v1'
  tool = $tool
  host = $fqdn
  site = $site
  simulated = $false
  collected = [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $culture)
}
$link = Get-Sum (ConvertTo-Canonical $head)
$digests = @{}
$names = [string[]]@($found.Keys)
[Array]::Sort($names, [StringComparer]::Ordinal)
foreach ($name in $names) {
  $digests[$name] = Get-Sum (ConvertTo-Canonical $found[$name])
  $link = Get-Sum "$link $name $($digests[$name])"
}
$head['facts'] = $found
$head['sections'] = $digests
$head['sha256'] = $link
[IO.File]::WriteAllText([IO.Path]::Combine((Get-Location).ProviderPath, $Output), (ConvertTo-Canonical $head), (New-Object Text.UTF8Encoding $false))
Write-Host "`n$Output tells of $fqdn. Look it through, then: sensegate import $Output"
