# --- The sections, each by itself: one that cannot be read hides no other -------
# What is not known to be installed is not known to be missing.
function Test-Installed([string]$pattern) {
  if (-not $known) { throw 'the services of this machine were not read' }
  return @($installed -like $pattern).Count -gt 0
}

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
      $script:installed += $n
    }
    $script:known = $true
    , $all
  }
  connector = {
    if (-not (Test-Installed 'WAPCSvc')) { return $null }
    $p = Get-Program $connector
    $tool = Get-ChildItem -LiteralPath (Split-Path $p) -Filter '*ConnectorDiagnosticsTool*.exe' -File | Select-Object -Last 1
    @{ version = (Get-FileVersion $p); diagnostics = $(if ($tool) { $tool.FullName } else { '' }) }
  }
  os = {
    $name = [string](Get-Value $windows 'ProductName')
    $build = [int](Get-Value $windows 'CurrentBuildNumber')
    # ProductName was left as it was.
    if ($build -ge 22000) { $name = $name -replace '^Windows 10', 'Windows 11' }
    @{ name = $name; build = $build }
  }
  dotnet = {
    $r = Get-Number 'SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' 'Release'
    @{ release = $(if ($null -eq $r) { 1 } else { $r }) }
  }
  tls12 = {
    @{
      client_enabled = (Get-Number $schannel 'Enabled')
      client_disabled_by_default = (Get-Number $schannel 'DisabledByDefault')
      server_enabled = (Get-Number $serves 'Enabled')
      server_disabled_by_default = (Get-Number $serves 'DisabledByDefault')
      strong_crypto = (Get-Number $dotnet 'SchUseStrongCrypto')
      system_default_tls = (Get-Number $dotnet 'SystemDefaultTlsVersions')
    }
  }
  winhttp = { @{ enable_default_http2 = (Get-Number "$settings\WinHttp" 'EnableDefaultHTTP2') } }
  domain = {
    $c = Get-CimInstance Win32_ComputerSystem
    if (-not $c.PartOfDomain) { return @{ name = [string]$c.Workgroup; joined = $false; secure_channel = $false } }
    try {
      $sound = [bool](Test-ComputerSecureChannel)
    } catch {
      throw "the secure channel to $($c.Domain) cannot be tested; that takes an administrator: $($_.Exception.Message)"
    }
    # Nobody to ask is not a channel that is broken.
    if (-not $sound) {
      try { (Open-Way $c.Domain 389 '').Close() } catch { throw "no domain controller answers this machine: $($_.Exception.GetBaseException().Message)" }
    }
    @{ name = [string]$c.Domain; joined = $true; secure_channel = $sound }
  }
  clock = { @{ skew_ms = (Get-Skew) } }
  spnego = {
    if (-not (Test-Installed 'WAPCSvc')) { return $null }
    foreach ($p in @(Get-ProductKeys)) {
      $v = Get-Number $p 'UseSpnegoAuthentication'
      if ($null -ne $v) { return $v }
    }
    'absent'
  }
  proxy = {
    if (-not (Test-Installed 'WAPCSvc')) { return $null }
    $winhttp = Get-Connection (Get-Value "$settings\Connections" 'WinHttpSettings')
    # Only administrators may read another account's settings.
    $own = Get-Connection $null
    try { $own = Get-Connection (Get-Value 'S-1-5-20\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections' 'DefaultConnectionSettings' 'Users') } catch { $own = Get-Connection $null }
    $forBackend = $null
    foreach ($p in @(Get-ProductKeys)) { if ($null -eq $forBackend) { $forBackend = Get-Number $p 'UseDefaultProxyForBackendRequests' } }
    $wpad = $true
    try { [void][Net.Dns]::GetHostAddresses('wpad') } catch { $wpad = $false }
    # Where it cannot be asked the name alone has to tell.
    try { $script:discovered = Find-ProxySettings } catch { $script:discovered = '' }
    $connects = Get-ConfigProxy ((Get-Program $connector) + '.config')
    $everybody = Get-ConfigProxy "$env:SystemRoot\Microsoft.NET\Framework64\v4.0.30319\Config\machine.config"
    $script:wayOut = $(if ($connects.mode) { $connects.address } else { $everybody.address })
    @{
      connector_config = $connects
      updater_config = (Get-ConfigProxy ((Get-Program $updater) + '.config'))
      machine_config = $everybody
      winhttp = $winhttp.proxy
      use_default_proxy_for_backend = $forBackend
      wpad = $wpad
      auto_detect = ($winhttp.looks -or $own.looks)
      pac = $script:discovered
    }
  }
  egress = {
    $all = @()
    foreach ($e in $endpoints) {
      Write-Host ('{0,-10} trying {1}' -f 'egress', $e)
      $all += , (Get-Egress $e $wayOut)
    }
    foreach ($p in @(Get-Places)) { $all += , (Get-Place $p $wayOut) }
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
        $r.problem = Get-Distrust $c.chain[0] $name
        $r.trusted = -not $r.problem
      } catch {
        $r.problem = [string]$_.Exception.GetBaseException().Message
      }
      $all += , $r
    }
    if ($all.Count -eq 0) { return $null }
    , $all
  }
  events = { Get-Events }
  traces = {
    if (-not (Test-Installed 'WAPCSvc')) { return $null }
    Get-Matching $traceFolders '*.log' $troubled
  }
  sync = {
    if (-not (Test-Installed 'ADSync')) { return $null }
    $service = Get-ServiceFact 'ADSync'
    if ($service.state -ne 'running') { throw "the service ADSync is $($service.state): its scheduler answers nobody" }
    $s = Get-ADSyncScheduler
    $version = ''
    # The scheduler is worth knowing without it.
    try { $version = Get-FileVersion (Get-Program $service) } catch { $version = '' }
    @{
      cycle_enabled = [bool]$s.SyncCycleEnabled
      staging = [bool]$s.StagingModeEnabled
      suspended = [bool]$s.SchedulerSuspended
      maintenance = [bool]$s.MaintenanceEnabled
      version = $version
      interval_seconds = [long]$s.CurrentlyEffectiveSyncCycleInterval.TotalSeconds
      policy = [string]$s.NextSyncCyclePolicyType
      next = ([DateTime]$s.NextSyncCycleStartTimeInUTC).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $culture)
    }
  }
  qlik = {
    if (-not (Test-Installed 'QlikSense*')) { return $null }
    $d = "$env:ProgramData\Qlik\Sense\Repository\Exported Certificates"
    $names = @()
    if (Test-Path -LiteralPath $d) { $names = @(Get-ChildItem -LiteralPath $d -Recurse -Force -File | Where-Object { $_.Extension -in '.pem', '.pfx' } | ForEach-Object { $_.FullName }) }
    @{ certificates = $names; lines = (Get-Matching $qlikFolders '*.txt' $signedIn) }
  }
}

