# --- Reading: the way out ---------------------------------------------------------
# Opens a way to an address, by CONNECT where a proxy is named.
function Open-Way([string]$name, [int]$port, [string]$proxy) {
  $at = $name
  $atPort = $port
  if ($proxy) {
    $u = [Uri]$(if ($proxy -match '^https?://') { $proxy } else { "http://$proxy" })
    $at = $u.Host
    $atPort = $u.Port
  }
  $client = New-Object Net.Sockets.TcpClient
  try {
    if (-not $client.ConnectAsync($at, $atPort).Wait($patience)) { throw 'no answer within 8 seconds' }
    $client.ReceiveTimeout = $patience
    $client.SendTimeout = $patience
    if (-not $proxy) { return $client }
    $stream = $client.GetStream()
    $ask = [Text.Encoding]::ASCII.GetBytes("CONNECT ${name}:$port HTTP/1.1`r`nHost: ${name}:$port`r`n`r`n")
    $stream.Write($ask, 0, $ask.Length)
    $answer = ''
    while (-not $answer.EndsWith("`r`n`r`n") -and $answer.Length -lt 8192) {
      $b = $stream.ReadByte()
      if ($b -lt 0) { break }
      $answer += [char]$b
    }
    if ($answer -notmatch '^HTTP/1\.\d (\d{3} ?[^\r\n]*)') { throw 'what stands there is no proxy: its answer is not HTTP' }
    if (-not $Matches[1].StartsWith('2')) { throw "the proxy answered $($Matches[1])" }
    return $client
  } catch {
    $client.Close()
    throw
  }
}

# An authority as it calls itself, and its organisation where that says more.
function Get-Authority($cert) {
  $own = $cert.GetNameInfo('SimpleName', $true)
  $organisation = ''
  if ($cert.Issuer -match '(?:^|, )O=("(?:[^"]|"")*"|[^,+"]*)') { $organisation = $Matches[1].Trim('"').Replace('""', '"') }
  $r = @{ shown = $own; organisation = $organisation }
  if ($organisation -and $organisation -cne $own) { $r.shown = "$own ($organisation)" }
  return $r
}

# The certificate of a server, whoever signed it, and that of who did; nothing
# else is read over this connection.
function Get-Certificate([string]$name, [int]$port, [string]$proxy) {
  $client = Open-Way $name $port $proxy
  $script:said = 'RemoteCertificateNotAvailable'
  $script:trouble = @()
  $script:seen = @()
  $accept = [Net.Security.RemoteCertificateValidationCallback] {
    param($from, $leaf, $chain, $errors)
    $script:said = [string]$errors
    $script:trouble = @($chain.ChainStatus | ForEach-Object { [string]$_.Status })
    $script:seen = @($chain.ChainElements | ForEach-Object { , $_.Certificate.RawData })
    $true
  }
  try {
    $tls = New-Object Net.Security.SslStream($client.GetStream(), $false, $accept)
    $tls.AuthenticateAsClient($name, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
    $cert = New-Object Security.Cryptography.X509Certificates.X509Certificate2 $tls.RemoteCertificate
    $tls.Dispose()
  } finally {
    $client.Close()
  }
  $chain = @(, $cert)
  if ($script:seen.Count -gt 1) { $chain += New-Object Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, [byte[]]$script:seen[1]) }
  $authority = Get-Authority $cert
  return @{
    issuer = $authority.shown
    public = $authorities -contains $authority.organisation -or @($cert.Extensions | Where-Object { $_.Oid.Value -eq '1.3.6.1.4.1.11129.2.4.2' }).Count -gt 0
    trusted = $script:said -eq 'None'
    problem = ((@($script:said) + $script:trouble) -join ', ')
    chain = $chain
  }
}

# One endpoint: its name, a connection, and where TLS is spoken who signed the
# certificate. Through a proxy it is the proxy that looks the name up.
function Get-Egress([string]$endpoint, [string]$proxy) {
  $name, $port = $endpoint.Split(':')
  $r = @{ host = $name; port = [int]$port; reached = $false; issuer = ''; inspected = $false; problem = ''; chain = @(); proxy = $proxy }
  try {
    try {
      $r.chain = @(Resolve-DnsName -Name $name -Type A -DnsOnly | Where-Object { $_.QueryType -eq 'CNAME' } | ForEach-Object { [string]$_.NameHost })
    } catch {
      if (-not $proxy) { throw "the name is not resolved: $($_.Exception.Message)" }
    }
    if ($port -eq '80') {
      (Open-Way $name 80 $proxy).Close()
    } else {
      $c = Get-Certificate $name ([int]$port) $proxy
      $r.issuer = $c.issuer
      $r.inspected = -not $c.public
      if ($c.public) { $script:chains += , $c.chain }
    }
    $r.reached = $true
  } catch {
    $r.problem = [string]$_.Exception.GetBaseException().Message
    if ($r.problem -match '^the proxy answered (\d{3})') { $r.status = [int]$Matches[1] }
  }
  return $r
}

