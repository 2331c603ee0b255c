# shellcheck shell=bash disable=SC2034,SC2154
# Used by install.sh: how the Raspberry Pi starts. Black until the mirror draws, the memory of the
# service can be limited, and a display may be taken for granted. Each change is taken back again.
#
# Functions here only; the caller sets `dry`, `uninstall`, `forced` and what device.sh sets.

# Words of the kernel's command line: no text, no cursor, no blanking and no logo at the start.
# The firmware switches the memory cgroup off; without it MemoryMax= of the unit does nothing.
words_wanted=(
  quiet loglevel=3 logo.nologo vt.global_cursor_default=0 consoleblank=0
  systemd.show_status=false cgroup_enable=memory
)
# The kernel and cloud-init write on the console. The mirror draws on the first one.
console_shown=console=tty1 console_hidden=console=tty3
# As if a display of this mode were always there: for one that is off at the start.
display_forced=video=HDMI-A-1:1920x1080@60D

command_line=$prefix/boot/firmware/cmdline.txt
command_line_before=$command_line.before-hinge-mirror
firmware_settings=$prefix/boot/firmware/config.txt
firmware_begin='# hinge-mirror: begin (no rainbow at the start)' firmware_end='# hinge-mirror: end'
must_reboot=''

# Put text in the place of a file, whole or not at all. Arguments: the file, the text.
replace_file() {
  if [ -n "$dry" ]; then
    say "  would write in $1: $2"
    return
  fi
  printf '%s\n' "$2" >"$1.new"
  sync "$1.new"
  mv "$1.new" "$1"
  must_reboot=yes
}

# Words of the kernel's command line, in or out. The first call keeps a copy; the words of that
# copy stay.
change_command_line() {
  [ -f "$command_line" ] || return 0
  local word line words before removable=("${words_wanted[@]}" "$display_forced")
  before=$(tr -d '\n' <"$command_line")
  line=" $before "
  if [ -z "$uninstall" ]; then
    line=${line//" $console_shown "/" $console_hidden "}
    for word in "${words_wanted[@]}" ${forced:+"$display_forced"}; do
      [[ $line = *" $word "* ]] || line+="$word "
    done
  elif [ -f "$command_line_before" ]; then
    stood_there "$console_shown" && line=${line//" $console_hidden "/" $console_shown "}
    for word in "${removable[@]}"; do
      stood_there "$word" || line=${line//" $word "/ }
    done
  fi
  read -ra words <<<"$line"
  line=${words[*]}
  [ "$line" != "$before" ] || return 0
  [ -n "$dry" ] || [ -e "$command_line_before" ] || cp "$command_line" "$command_line_before"
  replace_file "$command_line" "$line"
}
stood_there() { [[ " $(tr '\n' ' ' <"$command_line_before") " = *" $1 "* ]]; }

# The firmware's coloured square, in a section of our own; one that the owner set stays.
change_firmware_settings() {
  [ -f "$firmware_settings" ] || return 0
  local before after
  before=$(cat "$firmware_settings")
  after=$(sed "\|^$firmware_begin\$|,\|^$firmware_end\$|d" "$firmware_settings")
  if [ -z "$uninstall" ] && ! grep -qE '^disable_splash=1' <<<"$after"; then
    after+=$'\n'"$firmware_begin"$'\n[all]\ndisable_splash=1\n'"$firmware_end"
  fi
  [ "$after" = "$before" ] || replace_file "$firmware_settings" "$after"
}

# The output of cloud-init at each start goes to its log only. Raspberry Pi OS has it since late 2025.
change_cloud_init() {
  local folder=$prefix/etc/cloud/cloud.cfg.d
  local file=$folder/99-hinge-mirror.cfg
  if [ -n "$uninstall" ]; then
    run rm -f "$file"
  elif [ -d "$folder" ]; then
    run install -Dm 644 "$root/systemd/cloud-init.cfg" "$file"
  fi
}

change_boot() {
  change_command_line
  change_firmware_settings
  change_cloud_init
  [ -z "$uninstall" ] || run rm -f "$command_line_before"
}
