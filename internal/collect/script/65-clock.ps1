# --- Reading: the clock -------------------------------------------------------------
# A time as NTP has it: seconds since 1900, and their fraction.
function Read-Instant([byte[]]$a, [int]$at) {
  $seconds = [BitConverter]::ToUInt32([byte[]]$a[($at + 3)..$at], 0)
  $fraction = [BitConverter]::ToUInt32([byte[]]$a[($at + 7)..($at + 4)], 0)
  return (New-Object DateTime 1900, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)).AddSeconds([double]$seconds + [double]$fraction / 4294967296)
}

# How many milliseconds this machine is ahead of its domain controller, by SNTP.
function Get-Skew {
  $at = $controller
  if (-not $at) {
    $c = Get-CimInstance Win32_ComputerSystem
    if (-not $c.PartOfDomain) { throw 'no domain controller is known: the machine is in no domain' }
    $at = $c.Domain
  }
  $name, $port = "${at}:123".Split(':')[0, 1]
  # Version 4, client; the stamp comes back with the answer to it.
  $ask = New-Object byte[] 48
  $ask[0] = 0x23
  $stamp = [BitConverter]::GetBytes([DateTime]::UtcNow.Ticks)
  [Array]::Copy($stamp, 0, $ask, 40, 8)
  $u = New-Object Net.Sockets.UdpClient
  try {
    $u.Client.ReceiveTimeout = $patience
    $u.Connect($name, [int]$port)
    $sent = [DateTime]::UtcNow
    [void]$u.Send($ask, 48)
    $end = New-Object Net.IPEndPoint ([Net.IPAddress]::Any), 0
    $a = $u.Receive([ref]$end)
    $back = [DateTime]::UtcNow
  } finally {
    $u.Close()
  }
  if ($a.Length -lt 48 -or ($a[0] -band 7) -ne 4 -or $a[1] -eq 0 -or [BitConverter]::ToString($a, 24, 8) -ne [BitConverter]::ToString($stamp)) {
    throw "what $at answered is no time"
  }
  $came = Read-Instant $a 32
  $left = Read-Instant $a 40
  return [long][Math]::Round((($sent - $came).TotalMilliseconds + ($back - $left).TotalMilliseconds) / 2)
}

