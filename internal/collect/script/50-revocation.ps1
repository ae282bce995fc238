# --- Reading: where the seen certificates say that revocation is told -------------
# One element of DER (X.690): its tag, and where its content begins and ends.
function Read-Der([byte[]]$b, [int]$at) {
  if ($at + 2 -gt $b.Length) { throw 'a DER element is cut off' }
  $n = [int]$b[$at + 1]
  $from = $at + 2
  if ($n -ge 0x80) {
    $more = $n - 0x80
    if ($more -lt 1 -or $more -gt 3 -or $from + $more -gt $b.Length) { throw 'a DER element has no length' }
    $n = 0
    for ($i = 0; $i -lt $more; $i++) { $n = $n * 256 + $b[$from + $i] }
    $from += $more
  }
  if ($from + $n -gt $b.Length) { throw 'a DER element is cut off' }
  return @{ tag = [int]$b[$at]; at = $at; from = $from; to = $from + $n }
}

function Read-Members([byte[]]$b, $of) {
  $at = $of.from
  while ($at -lt $of.to) {
    $e = Read-Der $b $at
    $e
    $at = $e.to
  }
}

# The addresses in an extension, however deep they stand.
function Read-Address([byte[]]$b, $of) {
  foreach ($e in @(Read-Members $b $of)) {
    if ($e.tag -eq 0x86) { [Text.Encoding]::ASCII.GetString($b, $e.from, $e.to - $e.from) }
    elseif ($e.tag -band 0x20) { Read-Address $b $e }
  }
}

function New-Der([int]$tag, [byte[]]$content) {
  $n = $content.Length
  $head = @($tag, $n)
  if ($n -ge 256) { $head = @($tag, 0x82, ($n -shr 8), ($n -band 255)) }
  elseif ($n -ge 128) { $head = @($tag, 0x81, $n) }
  return , [byte[]]($head + $content)
}

# The question to an OCSP responder (RFC 6960, 4.1.1), with SHA-1 as every
# responder takes it.
function New-OcspRequest($cert, $issuer) {
  $h = New-Object Security.Cryptography.SHA1CryptoServiceProvider
  $raw = $cert.RawData
  $whole = Read-Der $raw 0
  $signed = Read-Der $raw $whole.from
  # After the version, which is tagged and may be missing, comes the number.
  $serial = @(Read-Members $raw $signed | Where-Object { $_.tag -eq 2 })[0]
  $sha1 = [byte[]](0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0)
  $name = New-Der 4 ($h.ComputeHash($issuer.SubjectName.RawData))
  $key = New-Der 4 ($h.ComputeHash($issuer.GetPublicKey()))
  $id = New-Der 0x30 ($sha1 + $name + $key + $raw[$serial.at..($serial.to - 1)])
  return , (New-Der 0x30 (New-Der 0x30 (New-Der 0x30 (New-Der 0x30 $id))))
}

# At most four places, each once, over plain HTTP as Windows asks them.
function Get-Places {
  $all = @()
  foreach ($chain in $script:chains) {
    for ($i = 0; $i -lt $chain.Count; $i++) {
      $cert = $chain[$i]
      foreach ($x in @($cert.Extensions | Where-Object { $_.Oid.Value -eq '2.5.29.31' })) {
        $b = $x.RawData
        $list = Read-Der $b 0
        foreach ($u in @(Read-Address $b $list)) { $all += , @{ url = $u; ask = $null } }
      }
      if ($i + 1 -ge $chain.Count) { continue }
      foreach ($x in @($cert.Extensions | Where-Object { $_.Oid.Value -eq '1.3.6.1.5.5.7.1.1' })) {
        $b = $x.RawData
        $list = Read-Der $b 0
        foreach ($way in @(Read-Members $b $list)) {
          $kind, $address = @(Read-Members $b $way)
          if ([BitConverter]::ToString($b, $kind.from, $kind.to - $kind.from) -ne '2B-06-01-05-05-07-30-01' -or $address.tag -ne 0x86) { continue }
          $issuer = $chain[$i + 1]
          $all += , @{ url = [Text.Encoding]::ASCII.GetString($b, $address.from, $address.to - $address.from); ask = (New-OcspRequest $cert $issuer) }
          break
        }
      }
    }
  }
  $known = @()
  foreach ($p in $all) {
    if ($p.url -notmatch '^http://' -or $known -ccontains $p.url -or $known.Count -ge 4) { continue }
    $known += $p.url
    $p
  }
}

# A day as UTCTime (two digits of the year) or GeneralizedTime has it.
function Read-Day([byte[]]$b, $e) {
  $s = [Text.Encoding]::ASCII.GetString($b, $e.from, $e.to - $e.from)
  if ($e.tag -eq 0x17) { $s = $(if ([int]$s.Substring(0, 2) -lt 50) { '20' } else { '19' }) + $s }
  return ('{0}-{1}-{2}' -f $s.Substring(0, 4), $s.Substring(4, 2), $s.Substring(6, 2))
}

# What a list (RFC 5280, 5.1) or an answer (RFC 6960, 4.2.1) says of its day; whose
# certificate signed it is for Windows to judge. Anything else is an error.
function Read-List([byte[]]$b) {
  $whole = Read-Der $b 0
  if ($whole.tag -ne 0x30 -or $whole.to -ne $b.Length) { throw 'no list' }
  $signed = Read-Der $b $whole.from
  $day = @(Read-Members $b $signed | Where-Object { $_.tag -in 0x17, 0x18 })[0]
  return "a list of revoked certificates, of $(Read-Day $b $day)"
}

function Read-OcspAnswer([byte[]]$b) {
  $whole = Read-Der $b 0
  $parts = @(Read-Members $b $whole)
  if ($parts[0].tag -ne 0x0a) { throw 'no answer' }
  if ($b[$parts[0].from] -ne 0) { return 'an OCSP answer' }
  $typed = Read-Der $b $parts[1].from
  $kind, $held = @(Read-Members $b $typed)
  $basic = Read-Der $b $held.from
  $signed = Read-Der $b $basic.from
  $answers = @(Read-Members $b $signed | Where-Object { $_.tag -eq 0x30 })[0]
  $first = Read-Der $b $answers.from
  $day = @(Read-Members $b $first | Where-Object { $_.tag -eq 0x18 })[0]
  return "an OCSP answer of $(Read-Day $b $day)"
}

function Get-Place($place, [string]$proxy) {
  $u = [Uri]$place.url
  $r = @{ host = $u.Host; port = [int]$u.Port; reached = $false; issuer = ''; inspected = $false; problem = ''; url = $place.url; fetched = ''; proxy = $proxy }
  try {
    $ask = [Net.WebRequest]::Create($u)
    $ask.Timeout = $patience
    $ask.ReadWriteTimeout = $patience
    $ask.AllowAutoRedirect = $false
    $ask.Proxy = $(if ($proxy) { New-Object Net.WebProxy $proxy } else { $null })
    if ($place.ask) {
      $ask.Method = 'POST'
      $ask.ContentType = 'application/ocsp-request'
      $ask.ServicePoint.Expect100Continue = $false
      $ask.ContentLength = $place.ask.Length
      $out = $ask.GetRequestStream()
      $out.Write($place.ask, 0, $place.ask.Length)
      $out.Close()
    }
    $answer = $ask.GetResponse()
    $status = [int]$answer.StatusCode
    $kind = [string]$answer.ContentType
    $stream = $answer.GetResponseStream()
    $body = Get-Bytes $stream 16777216
    $answer.Close()
    if ($status -ne 200) { throw "answered $status" }
    try {
      $r.fetched = $(if ($place.ask) { Read-OcspAnswer $body } else { Read-List $body })
    } catch {
      throw "what came is no $(if ($place.ask) { 'OCSP answer' } else { 'list of revoked certificates' }), but $kind"
    }
    $r.reached = $true
  } catch {
    $x = $_.Exception
    $r.problem = [string]$x.GetBaseException().Message
    while ($null -ne $x -and $x -isnot [Net.WebException]) { $x = $x.InnerException }
    if ($null -ne $x -and $null -ne $x.Response) {
      $status = [int]$x.Response.StatusCode
      $r.problem = "answered $status $($x.Response.StatusDescription)"
      if ($status -eq 407) { $r.status = $status }
      $x.Response.Close()
    }
  }
  return $r
}

