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
    if ($answer -notmatch '^HTTP/1\.\d (\d{3}[^\r\n]*)') { throw 'what stands there is no proxy: its answer is not HTTP' }
    $said = $Matches[1].Trim()
    if (-not $said.StartsWith('2')) { throw "the proxy answered $said" }
    # In the tunnel the other end never speaks first: what comes is a page of the proxy's.
    if ($client.Available -gt 0 -or $answer -match '(?m)^Content-(Length:[ \t]*[1-9]|Type:[ \t]*text/)') {
      throw "the proxy answered $said with a page of its own in the place of a way through"
    }
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
  $script:seen = @()
  $script:sent = @()
  $accept = [Net.Security.RemoteCertificateValidationCallback] {
    param($from, $leaf, $chain, $errors)
    $script:said = [string]$errors
    $script:seen = @($chain.ChainElements | ForEach-Object { , $_.Certificate.RawData })
    $script:sent = @($chain.ChainPolicy.ExtraStore | ForEach-Object { , $_.RawData })
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
    chain = $chain
  }
}

# Why this machine does not trust the certificate that was just seen; nothing
# where it does. The ordinary way counts what whoever runs this trusts as well,
# and the connector is not that user.
function Get-Distrust($cert, [string]$name) {
  $x = New-Object Security.Cryptography.X509Certificates.X509Chain $true
  $x.ChainPolicy.RevocationMode = 'NoCheck'
  [void]$x.ChainPolicy.ApplicationPolicy.Add((New-Object Security.Cryptography.Oid '1.3.6.1.5.5.7.3.1'))
  foreach ($raw in $script:seen + $script:sent) {
    [void]$x.ChainPolicy.ExtraStore.Add((New-Object Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, [byte[]]$raw)))
  }
  [void]$x.Build($cert)
  $flags = @($x.ChainStatus | ForEach-Object { [string]$_.Status })
  if ($flags -match 'UntrustedRoot|PartialChain|ExplicitDistrust') { return 'certificate signed by an authority that the machine''s store does not hold' }
  if ($flags -match 'NotTimeValid') {
    $day = "yyyy'-'MM'-'dd"
    return "certificate has expired or is not yet valid: it is for $($cert.NotBefore.ToUniversalTime().ToString($day, $culture)) to $($cert.NotAfter.ToUniversalTime().ToString($day, $culture))"
  }
  if ($flags) { return "Windows refuses it ($($flags -join ', '))" }
  if ($script:said -match 'NameMismatch') { return "the certificate is not valid for $name, but for $($cert.GetNameInfo('DnsName', $false))" }
  return ''
}

# What about a name's addresses, or about the way taken, may be why an endpoint
# was not reached.
function Get-Remark([string[]]$addresses) {
  $shown = $addresses -join ', '
  if ($addresses.Count -gt 0) {
    $own = '^(0\.0\.0\.0$|10\.|127\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|::1?$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)'
    if (@($addresses -notmatch $own).Count -eq 0) { return "; the name server answers with $shown, which is no address of the internet" }
    if (@($addresses -notmatch ':').Count -eq 0) { return "; the name has IPv6 addresses alone: $shown" }
  }
  if ($discovered) { return "; tried without a proxy, and discovery leads to $discovered" }
  return ''
}

# One endpoint: its name, a connection, and where TLS is spoken who signed the
# certificate. Through a proxy it is the proxy that looks the name up.
function Get-Egress([string]$endpoint, [string]$proxy) {
  $name, $port = $endpoint.Split(':')
  $r = @{ host = $name; port = [int]$port; reached = $false; issuer = ''; inspected = $false; problem = ''; chain = @(); proxy = $proxy }
  $remark = ''
  try {
    try {
      $r.chain = @(Resolve-DnsName -Name $name -Type A -DnsOnly -QuickTimeout | Where-Object { $_.QueryType -eq 'CNAME' } | ForEach-Object { [string]$_.NameHost })
    } catch {
      $r.chain = @()
    }
    if (-not $proxy) {
      try {
        $remark = Get-Remark @([Net.Dns]::GetHostAddresses($name) | ForEach-Object { [string]$_ })
      } catch {
        $leads = $(if ($r.chain.Count -gt 0) { " leads to $($r.chain[-1]), which" } else { '' })
        throw "the name$leads is not resolved: $($_.Exception.GetBaseException().Message)"
      }
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
    $r.problem = [string]$_.Exception.GetBaseException().Message + $remark
    if ($r.problem -match '^the proxy answered (\d{3})') { $r.status = [int]$Matches[1] }
  }
  return $r
}

