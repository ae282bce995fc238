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
  if ($v -is [int] -or $v -is [long]) { return $v.ToString($culture) }
  if ($v -is [Collections.IDictionary]) {
    $keys = [string[]]@($v.Keys)
    [Array]::Sort($keys, [StringComparer]::Ordinal)
    return '{' + (@($keys | ForEach-Object { (ConvertTo-Text $_) + ':' + (ConvertTo-Canonical $v[$_]) }) -join ',') + '}'
  }
  return '[' + (@($v | ForEach-Object { ConvertTo-Canonical $_ }) -join ',') + ']'
}

# This class, unlike what SHA256.Create makes, is let through by FIPS policy.
function Get-Sum([string]$text) {
  $h = New-Object Security.Cryptography.SHA256CryptoServiceProvider
  return (@($h.ComputeHash([Text.Encoding]::UTF8.GetBytes($text)) | ForEach-Object { $_.ToString('x2', $culture) }) -join '')
}

